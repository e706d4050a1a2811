"""A lane of the timeline, and what its browser does over HTTP."""

import asyncio
import functools
import http.client
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING

from course.errors import ExpectationFailed
from course.wire.row import Row

if TYPE_CHECKING:
    from course.story import Story

PATIENCE = 10.0  # seconds that anything expected may take


class Lane:
    """Whoever has a lane of the timeline.

    Args:
        name: The name of the lane.
        story: The story it plays in.
        server: The number of the server it connects to.
    """

    def __init__(self, name: str, story: "Story", server: int = 1) -> None:
        self.name = name
        self.story = story
        self.server = server
        self.port = 0

    @property
    def server_port(self) -> int:
        """The TCP port of its server on 127.0.0.1."""
        return self.story.stage.servers.port_of(self.server)

    def know(self, connection: socket.socket) -> None:
        """Note the port of a new connection: the server reports it.

        It must have been bound before it was connected: a port that is chosen when
        connecting is new for that server alone.
        """
        self.port = connection.getsockname()[1]
        self.story.timeline.name(self.port, self.name)

    async def seen(self, type: str, text: str, up: bool) -> Row:
        """Put this browser's end of a frame into the timeline."""
        return await self.story.timeline.seen(self.port, type, text, up)

    async def both_ends(self, *rows: Row) -> None:
        """Wait until the server has reported its end of each row."""
        for row in rows:
            await self.completed(row)
            self.look_at(row)

    async def completed(self, row: Row) -> None:
        """Wait until the server has reported its end of a row."""
        try:
            await self.story.timeline.completed(row, PATIENCE)
        except TimeoutError:
            raise ExpectationFailed(
                f"The server never reported: {self.name} {row.seen}."
            ) from None

    def look_at(self, row: Row) -> None:
        """Have a transcript tell a row here, with all that its handler did."""
        self.story.timeline.looked_at.append(row)

    async def over(self) -> None:
        """Wait until the application is done with the connection."""
        try:
            await self.story.timeline.over(self.port, PATIENCE)
        except TimeoutError:
            raise ExpectationFailed(
                f"The application never left {self.name}'s connection."
            ) from None


class HttpBrowser(Lane):
    """The HTTP side of a browser."""

    def request(self) -> http.client.HTTPConnection:
        """Return a connection to the server that is not open yet."""
        return http.client.HTTPConnection(
            "127.0.0.1",
            self.server_port,
            timeout=PATIENCE,
            source_address=("127.0.0.1", 0),
        )

    async def get(self, path: str, status: int = 200) -> None:
        """Ask for a page over HTTP and expect a status."""
        answer, _ = await self.ask("GET", path)
        if answer.status != status:
            raise ExpectationFailed(f"{path} answered {answer.status}, not {status}.")

    async def ask(
        self,
        method: str,
        path: str,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Ask the server something over HTTP; return the answer and its body."""
        timeline, request = self.story.timeline, self.request()
        try:
            await asyncio.to_thread(request.connect)
            # Not self.port: a WebSocket may be open, and stays what this lane follows.
            port = request.sock.getsockname()[1]
            timeline.name(port, self.name)
            sent = await timeline.seen(port, "http", f"{method} {path}", up=True)
            send = functools.partial(request.request, headers=headers or {})
            await asyncio.to_thread(send, method, path, body)
            answer = await asyncio.to_thread(request.getresponse)
            start, status = "http.response.start", str(answer.status)
            got = await timeline.seen(port, start, status, up=False)
            await self.both_ends(sent, got)
            return answer, await asyncio.to_thread(answer.read)
        finally:
            request.close()

    async def listen(self, path: str, events: int) -> None:
        """Take that many Server-Sent Events, and leave (WHATWG HTML, section 9.2)."""
        request = self.request()
        await asyncio.to_thread(request.connect)
        self.know(request.sock)
        rows = [await self.seen("http", f"GET {path}", up=True)]
        await asyncio.to_thread(request.request, "GET", path)
        answer = await asyncio.to_thread(request.getresponse)
        start = "http.response.start"
        rows.append(await self.seen(start, str(answer.status), up=False))
        for _ in range(events):
            lines = []
            while line := (await asyncio.to_thread(answer.readline)).strip():
                lines.append(line.decode())
            if not lines:
                raise ExpectationFailed(f"{path} ended after too few events.")
            rows.append(await self.seen("http.response.body", lines[0], up=False))
        rows.append(await self.seen("http.disconnect", "leaves", up=True))
        answer.close()
        request.close()
        await self.both_ends(*rows)
