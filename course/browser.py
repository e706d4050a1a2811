"""The browsers of a story: they connect, send, expect and close."""

import asyncio
import json
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from course.errors import ExpectationFailed
from course.lane import PATIENCE, HttpBrowser
from course.wire.events import show
from course.wire.timeline import Row

if TYPE_CHECKING:
    from course.story import Story


class Browser(HttpBrowser):
    """One client of the story; it has one WebSocket at a time.

    Args:
        name: The name of its lane.
        story: The story it plays in.
    """

    def __init__(self, name: str, story: "Story") -> None:
        super().__init__(name, story)
        self.websocket: ClientConnection | None = None
        self.arrived: asyncio.Queue[tuple[str | bytes, Row]] = asyncio.Queue()
        self.reader: asyncio.Task[None] | None = None
        self.opening: asyncio.Task[int] | None = None
        self.tcp: socket.socket | None = None

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

    async def announce(self, path: str) -> None:
        """Show that it asks for a WebSocket, without asking yet; see begin."""
        await self.open_tcp()
        await self.story.timeline.seen_apart(
            self.port, "websocket.connect", f"connect {path}"
        )

    def begin(self, path: str) -> None:
        """Ask for a WebSocket that may be accepted only later; see opened."""
        self.opening = asyncio.create_task(self.upgrade(path, ()))

    async def opened(self) -> None:
        """Wait until what begin asked for is open."""
        if self.opening is None or await self.opening != 101:
            raise ExpectationFailed(f"{self.name} was not accepted.")

    async def handshake(self, path: str, subprotocols: Sequence[str]) -> int:
        """Ask for a WebSocket; return the HTTP status, 101 if it was accepted."""
        await self.open_tcp()
        asked = await self.seen("websocket.connect", f"connect {path}", up=True)
        status = await self.upgrade(path, subprotocols)
        await self.both_ends(asked)
        return status

    async def open_tcp(self) -> None:
        """Connect to the server, so that the port is known before the handshake."""
        connection = socket.socket()
        connection.setblocking(False)
        address = ("127.0.0.1", self.story.port)
        await asyncio.get_running_loop().sock_connect(connection, address)
        self.know(connection)
        self.tcp = connection

    async def upgrade(self, path: str, subprotocols: Sequence[str]) -> int:
        """Do the handshake; return the HTTP status, 101 if it was accepted."""
        try:
            self.websocket = await connect(
                f"ws://127.0.0.1:{self.story.port}{path}",
                sock=self.tcp,
                proxy=None,
                open_timeout=PATIENCE,
                subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            )
        except InvalidStatus as refusal:
            status = refusal.response.status_code
            told = await self.seen("websocket.close", f"refused: {status}", up=False)
            await self.both_ends(told)
            return status
        chosen = self.websocket.subprotocol or ""
        told = await self.seen("websocket.accept", f"open {chosen}".strip(), up=False)
        self.arrived = asyncio.Queue()
        self.reader = asyncio.create_task(self.read(self.websocket))
        await self.both_ends(told)
        return 101

    async def read(self, websocket: ClientConnection) -> None:
        """Collect what arrives until the connection is closed."""
        try:
            while True:
                message = await websocket.recv()
                row = await self.seen("websocket.send", show(message), up=False)
                self.arrived.put_nowait((message, row))
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd_then_sent:
                text = f"closed: {closed.rcvd.code}"
                row = await self.seen("websocket.close", text, up=False)
                await self.both_ends(row)

    async def send(self, message: str | bytes) -> None:
        """Send one message, and wait until its handler has started."""
        row = await self.seen("websocket.receive", show(message), up=True)
        await self.open_websocket().send(message)
        await self.both_ends(row)

    async def send_ahead(self, *messages: str) -> None:
        """Send messages without waiting for their handlers: the server's ends of them
        get rows of their own."""
        for message in messages:
            type = "websocket.receive"
            await self.story.timeline.seen_apart(self.port, type, show(message))
            await self.open_websocket().send(message)

    async def expect_json(self, key: str) -> None:
        """Wait for the next message, which must be a JSON object with just this key."""
        got = await self.next_message(f"a {key}")
        if list(json.loads(got)) != [key]:
            raise ExpectationFailed(f"{self.name} got {show(got)}, expected {key}.")

    async def expect(self, message: str | bytes) -> None:
        """Wait for the next message, which must be this one."""
        got = await self.next_message(show(message))
        if got != message:
            raise ExpectationFailed(
                f"{self.name} got {show(got)}, not {show(message)}."
            )

    async def next_message(self, expected: str) -> str | bytes:
        """Return the next message, with both its ends known."""
        try:
            async with asyncio.timeout(PATIENCE):
                message, row = await self.arrived.get()
        except TimeoutError:
            said = f"{self.name} waited in vain for {expected}."
            raise ExpectationFailed(said) from None
        await self.both_ends(row)
        return message

    async def expect_close(self, code: int) -> None:
        """Wait until the server closes, which must be with this code and come next."""
        websocket = self.open_websocket()
        async with asyncio.timeout(PATIENCE):
            await websocket.wait_closed()
        if self.reader is not None:
            await self.reader
        self.expect_nothing()
        if websocket.close_code != code:
            got = websocket.close_code
            raise ExpectationFailed(f"{self.name} was closed with {got}, not {code}.")

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
            message, _ = self.arrived.get_nowait()
            raise ExpectationFailed(f"{self.name} got {show(message)}, unexpected.")

    def open_websocket(self) -> ClientConnection:
        """Return the open WebSocket."""
        if self.websocket is None:
            raise ExpectationFailed(f"{self.name} has not connected.")
        return self.websocket

    async def leave(self) -> None:
        """Drop what is still open at the end of the story."""
        if self.websocket is not None:
            await self.websocket.close()
        if self.reader is not None:
            await self.reader
