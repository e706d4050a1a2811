"""How a browser of a story opens its WebSocket, and reads from it."""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from course.account import AccountBrowser
from course.errors import ExpectationFailed
from course.lane import PATIENCE
from course.wire.brief import brief
from course.wire.events import show
from course.wire.row import Row

if TYPE_CHECKING:
    from course.story import Story

OWN = "own"  # the Origin of a page that the server itself gave


class OpeningBrowser(AccountBrowser):
    """The opening of a WebSocket; a browser has one at a time.

    Args:
        name: The name of its lane.
        story: The story it plays in.
        server: The number of its server.
        like: The tab whose cookies it shares; None for a browser of its own.
    """

    def __init__(
        self,
        name: str,
        story: "Story",
        server: int = 1,
        like: AccountBrowser | None = None,
    ) -> None:
        super().__init__(name, story, server, like)
        self.websocket: ClientConnection | None = None
        self.arrived: asyncio.Queue[tuple[str | bytes, Row]] = asyncio.Queue()
        self.reader: asyncio.Task[None] | None = None
        self.opening: asyncio.Task[int] | None = None
        self.ending: Row | None = None  # the server's close
        self.tcp: socket.socket | None = None

    def show(self, message: str | bytes) -> str:
        """Return a message as it stands in this lane."""
        return brief(message) if self.story.stage.layer else show(message)

    async def connect(
        self,
        path: str,
        subprotocols: Sequence[str] = (),
        ticket: str = "",
        server: int = 0,
    ) -> None:
        """Open a WebSocket and expect it to be accepted.

        Args:
            path: What to ask for.
            subprotocols: What to offer.
            ticket: What to show instead of cookies and an Origin; "" for those.
            server: The number of the server that it goes to from now on; 0 for the one
                where it was.
        """
        self.server = server or self.server
        status = await self.handshake(path, subprotocols, ticket=ticket)
        if status != 101:
            raise ExpectationFailed(f"{self.name} was refused with HTTP {status}.")

    async def expect_refusal(
        self, path: str, status: int = 403, origin: str | None = OWN, ticket: str = ""
    ) -> None:
        """Ask for a WebSocket and expect a refusal (RFC 6455, section 4.2.2).

        Args:
            path: What to ask for.
            status: The HTTP status that is expected.
            origin: The Origin header: OWN for the server's own, None for none at all.
            ticket: What to show instead of cookies and an Origin; "" for those.
        """
        got = await self.handshake(path, (), origin, ticket)
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

    async def handshake(
        self,
        path: str,
        subprotocols: Sequence[str],
        origin: str | None = OWN,
        ticket: str = "",
    ) -> int:
        """Ask for a WebSocket; return the HTTP status, 101 if it was accepted."""
        await self.open_tcp()
        text = f"connect {path}"
        if "?after=" in path:  # the room would leave no space for it
            text = f"connect {path[path.index('?') :]}"
        if ticket:  # it is another one in every run
            path += f"{'&' if '?' in path else '?'}ticket={ticket}"
            text, origin = "connect ?ticket=…", None
        elif origin != OWN:
            text = f"connect, {origin and urlsplit(origin).netloc or 'no Origin'}"
        asked = await self.seen("websocket.connect", text, up=True)
        cookies = {} if ticket else self.account.header()
        status = await self.upgrade(path, subprotocols, origin, cookies)
        await self.both_ends(asked)
        return status

    async def open_tcp(self) -> None:
        """Connect to the server, so that the port is known before the handshake."""
        connection = socket.socket()
        connection.setblocking(False)
        connection.bind(("127.0.0.1", 0))
        address = ("127.0.0.1", self.server_port)
        await asyncio.get_running_loop().sock_connect(connection, address)
        self.know(connection)
        self.tcp = connection

    async def upgrade(
        self,
        path: str,
        subprotocols: Sequence[str],
        origin: str | None = OWN,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        """Do the handshake; return the HTTP status, 101 if it was accepted."""
        if origin == OWN:
            origin = self.origin
        try:
            self.websocket = await connect(
                f"ws://127.0.0.1:{self.server_port}{path}",
                sock=self.tcp,
                proxy=None,
                open_timeout=PATIENCE,
                ping_interval=None,  # a class may talk between two steps
                origin=Origin(origin) if origin is not None else None,
                additional_headers=headers,
                subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            )
        except InvalidStatus as refusal:
            status = refusal.response.status_code
            told = await self.seen("websocket.close", f"refused: {status}", up=False)
            await self.both_ends(told)
            return status
        chosen = self.websocket.subprotocol or ""
        told = await self.seen("websocket.accept", f"open {chosen}".strip(), up=False)
        self.arrived, self.ending = asyncio.Queue(), None
        self.reader = asyncio.create_task(self.read(self.websocket))
        await self.both_ends(told)
        return 101

    async def read(self, websocket: ClientConnection) -> None:
        """Collect what arrives until the connection is closed."""
        try:
            while True:
                message = await websocket.recv()
                row = await self.seen("websocket.send", self.show(message), up=False)
                self.arrived.put_nowait((message, row))
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd_then_sent:
                text = f"closed: {closed.rcvd.code}"
                self.ending = await self.seen("websocket.close", text, up=False)
                await self.completed(self.ending)
