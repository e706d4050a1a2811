"""What a story is written with: named browsers that connect, send and expect."""

import asyncio
import http.client
import socket
from collections.abc import Awaitable, Callable, Sequence

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from course.errors import ExpectationFailed
from course.wire.events import quote
from course.wire.timeline import Row, Timeline

PATIENCE = 10.0  # seconds that anything expected may take


class Browser:
    """One client of the story; it has one WebSocket at a time.

    Args:
        name: The name of its lane.
        story: The story it plays in.
    """

    def __init__(self, name: str, story: "Story") -> None:
        self.name = name
        self.story = story
        self.port = 0
        self.websocket: ClientConnection | None = None
        self.arrived: asyncio.Queue[str | bytes] = asyncio.Queue()
        self.reader: asyncio.Task[None] | None = None

    async def get(self, path: str, status: int = 200) -> None:
        """Ask for a page over HTTP and expect a status."""
        host = "127.0.0.1"
        request = http.client.HTTPConnection(host, self.story.port, timeout=PATIENCE)
        try:
            await asyncio.to_thread(request.connect)
            self.know(request.sock)
            sent = await self.seen("http", f"GET {path}", up=True)
            await asyncio.to_thread(request.request, "GET", path)
            answer = await asyncio.to_thread(request.getresponse)
            got = await self.seen("http.response.start", str(answer.status), up=False)
            await self.both_ends(sent, got)
        finally:
            request.close()
        if answer.status != status:
            raise ExpectationFailed(f"{path} answered {answer.status}, not {status}.")

    async def connect(self, path: str, subprotocols: Sequence[str] = ()) -> None:
        """Open a WebSocket and expect it to be accepted."""
        status = await self.handshake(path, subprotocols)
        if status != 101:
            raise ExpectationFailed(f"{self.name} was refused with HTTP {status}.")

    async def expect_refusal(self, path: str, status: int = 403) -> None:
        """Ask for a WebSocket and expect a refusal (RFC 6455, section 4.2.2)."""
        got = await self.handshake(path, ())
        if got != status:
            raise ExpectationFailed(f"{path} answered HTTP {got}, not {status}.")

    async def handshake(self, path: str, subprotocols: Sequence[str]) -> int:
        """Ask for a WebSocket; return the HTTP status, 101 if it was accepted."""
        connection = socket.socket()
        connection.setblocking(False)
        address = ("127.0.0.1", self.story.port)
        await asyncio.get_running_loop().sock_connect(connection, address)
        self.know(connection)
        asked = await self.seen("websocket.connect", f"connect {path}", up=True)
        try:
            self.websocket = await connect(
                f"ws://127.0.0.1:{self.story.port}{path}",
                sock=connection,
                proxy=None,
                open_timeout=PATIENCE,
                subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            )
        except InvalidStatus as refusal:
            status = refusal.response.status_code
            told = await self.seen("websocket.close", f"refused: {status}", up=False)
            await self.both_ends(asked, told)
            return status
        told = await self.seen("websocket.accept", "open", up=False)
        self.arrived = asyncio.Queue()
        self.reader = asyncio.create_task(self.read(self.websocket))
        await self.both_ends(asked, told)
        return 101

    async def read(self, websocket: ClientConnection) -> None:
        """Collect what arrives until the connection is closed."""
        try:
            while True:
                message = await websocket.recv()
                await self.seen("websocket.send", show(message), up=False)
                self.arrived.put_nowait(message)
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd_then_sent:
                text = f"closed: {closed.rcvd.code}"
                await self.seen("websocket.close", text, up=False)

    async def send(self, message: str | bytes) -> None:
        """Send one message, and wait until its handler has started."""
        row = await self.seen("websocket.receive", show(message), up=True)
        await self.open_websocket().send(message)
        await self.both_ends(row)

    async def expect(self, message: str | bytes) -> None:
        """Wait for the next message, which must be this one."""
        try:
            async with asyncio.timeout(PATIENCE):
                got = await self.arrived.get()
        except TimeoutError:
            got = "nothing"
        if got != message:
            said = f"{self.name} got {show(got)}, not {show(message)}."
            raise ExpectationFailed(said)

    async def close(self, code: int = 1000) -> None:
        """Close the WebSocket, and wait until the application was told."""
        row = await self.seen("websocket.disconnect", f"close {code}", up=True)
        await self.open_websocket().close(code)
        if self.reader is not None:
            await self.reader
        await self.both_ends(row)

    def expect_nothing(self) -> None:
        """Make sure that nothing arrived that was not expected.

        After a close this is certain: no message can follow the closing handshake.
        """
        if not self.arrived.empty():
            raise ExpectationFailed(
                f"{self.name} got {show(self.arrived.get_nowait())}, expected nothing."
            )

    def open_websocket(self) -> ClientConnection:
        """Return the open WebSocket."""
        if self.websocket is None:
            raise ExpectationFailed(f"{self.name} has not connected.")
        return self.websocket

    def know(self, connection: socket.socket) -> None:
        """Note the port of a new connection: the server reports it."""
        self.port = connection.getsockname()[1]
        self.story.timeline.name(self.port, self.name)

    async def seen(self, type: str, text: str, up: bool) -> Row:
        """Put this browser's end of a frame into the timeline."""
        return await self.story.timeline.seen(self.port, type, text, up)

    async def both_ends(self, *rows: Row) -> None:
        """Wait until the server has reported its end of each row."""
        for row in rows:
            try:
                await self.story.timeline.completed(row, PATIENCE)
            except TimeoutError:
                raise ExpectationFailed(
                    f"The server never reported: {self.name} {row.seen}."
                ) from None

    async def leave(self) -> None:
        """Drop what is still open at the end of the story."""
        if self.websocket is not None:
            await self.websocket.close()
        if self.reader is not None:
            await self.reader


class Story:
    """One run of a story.

    Args:
        timeline: Where both ends of each frame go.
        port: The server's TCP port on 127.0.0.1.
        next_step: Called with each sentence; it returns when the step may begin.
    """

    def __init__(
        self,
        timeline: Timeline,
        port: int,
        next_step: Callable[[str], Awaitable[None]],
    ) -> None:
        self.timeline = timeline
        self.port = port
        self.say = next_step
        self.browsers: list[Browser] = []

    def browser(self, name: str) -> Browser:
        """Add a browser; its lane stands to the right of the earlier ones."""
        self.browsers.append(Browser(name, self))
        return self.browsers[-1]


def show(message: str | bytes) -> str:
    """Return a message as it stands in a browser's lane."""
    return quote(message) if isinstance(message, str) else f"{len(message)} bytes"
