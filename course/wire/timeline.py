"""The timeline: the two ends of each frame joined into one row."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from course.wire.events import Event, now

VISITOR = "browser"  # the lane of whoever opens the page beside the story


@dataclass
class Row:
    """One line of the timeline: a frame between a browser and the server.

    Attributes:
        at: When it began, in seconds of the system's monotonic clock.
        browser: The name of the browser's lane.
        up: Whether it went from the browser to the server.
        seen: What the browser did or saw; "" until known.
        event: The server's ASGI event; "" until known.
        where: What the handler ran on; "" if there was no handler.
    """

    at: float
    browser: str
    up: bool
    seen: str = ""
    event: str = ""
    where: str = ""

    @property
    def complete(self) -> bool:
        """Whether both ends are known."""
        return bool(self.seen and self.event)


class Timeline:
    """Collects what browsers did and servers reported, in the order it began.

    A row's two ends are matched by the client's port and the event's type, first to
    first: a WebSocket delivers in order (RFC 6455, section 5.1 and TCP beneath it).
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.names: dict[int, str] = {}
        self.half: dict[tuple[int, str], list[Row]] = defaultdict(list)
        self.changed = asyncio.Condition()
        self.on_change: Callable[[], None] = lambda: None

    def name(self, port: int, browser: str) -> None:
        """Say which browser a client port belongs to."""
        self.names[port] = browser

    async def seen(self, port: int, type: str, text: str, up: bool) -> Row:
        """Add what a browser did or saw.

        Args:
            port: The client's TCP port.
            type: The type of the ASGI event at the other end.
            text: What to show in the browser's lane.
            up: Whether it goes from the browser to the server.
        """
        row = self.take(port, type, up, lambda row: not row.seen)
        row.seen = text
        await self.tell()
        return row

    async def report(self, event: Event) -> None:
        """Add what a server reported."""
        row = self.take(
            event.client, event.type, event.kind == "up", lambda row: not row.event
        )
        row.event = event.text
        row.where = event.where
        await self.tell()

    async def tell(self) -> None:
        """Tell everyone who waits that a row has changed."""
        self.on_change()
        async with self.changed:
            self.changed.notify_all()

    def take(self, port: int, type: str, up: bool, lacks: Callable[[Row], bool]) -> Row:
        """Return the oldest row that waits for this end, or else a new one."""
        waiting = self.half[port, type]
        for row in waiting:
            if lacks(row):
                waiting.remove(row)
                return row
        row = Row(now(), self.names.get(port, VISITOR), up)
        waiting.append(row)
        self.rows.append(row)
        return row

    async def completed(self, row: Row, timeout: float) -> None:
        """Wait until both ends of a row are known.

        Args:
            timeout: In seconds.

        Raises:
            TimeoutError: The other end did not appear in time.
        """
        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(lambda: row.complete)
