"""A lane of the timeline, and what its browser does over HTTP."""

import asyncio
import http.client
import socket
from typing import TYPE_CHECKING

from course.errors import ExpectationFailed
from course.wire.timeline import Row

if TYPE_CHECKING:
    from course.story import Story

PATIENCE = 10.0  # seconds that anything expected may take


class Lane:
    """Whoever has a lane of the timeline.

    Args:
        name: The name of the lane.
        story: The story it plays in.
    """

    def __init__(self, name: str, story: "Story") -> None:
        self.name = name
        self.story = story
        self.port = 0

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


class HttpBrowser(Lane):
    """The HTTP side of a browser."""

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

    async def listen(self, path: str, events: int) -> None:
        """Take that many Server-Sent Events, and leave (WHATWG HTML, section 9.2)."""
        host = "127.0.0.1"
        request = http.client.HTTPConnection(host, self.story.port, timeout=PATIENCE)
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
