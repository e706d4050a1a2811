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
        alone: Whether it stands for one end only.
    """

    at: float
    browser: str
    up: bool
    seen: str = ""
    event: str = ""
    where: str = ""
    alone: bool = False

    @property
    def complete(self) -> bool:
        """Whether everything is known that it will show."""
        return self.alone or bool(self.seen and self.event)


class Timeline:
    """Collects what browsers did and servers reported.

    `rows` are in the order they began. `ordered` are those whose place is certain: in
    the order of the server's reports, which is that of its handlers.

    A row's two ends are matched by the client's port and the event's type, first to
    first: a WebSocket delivers in order (RFC 6455, section 5.1 and TCP beneath it).
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.ordered: list[Row] = []
        self.names: dict[int, str] = {}
        self.apart: set[tuple[int, str]] = set()
        self.heard: set[int] = set()
        self.half: dict[tuple[int, str], list[Row]] = defaultdict(list)
        self.changed = asyncio.Condition()
        self.on_change: Callable[[], None] = lambda: None

    def name(self, port: int, browser: str) -> None:
        """Say which browser a new connection, from this port, belongs to."""
        self.heard.discard(port)
        self.apart = {each for each in self.apart if each[0] != port}
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

    async def seen_apart(self, port: int, type: str, text: str) -> None:
        """Add what a browser sends and the server will only see to later.

        The two ends get a row each, so that what happens between them stands between.
        """
        row = Row(now(), self.names.get(port, VISITOR), True, seen=text, alone=True)
        self.rows.append(row)
        self.ordered.append(row)
        self.apart.add((port, type))
        await self.tell()

    async def report(self, event: Event) -> None:
        """Add what a server reported."""
        row = self.take(
            event.client, event.type, event.kind == "up", lambda row: not row.event
        )
        self.heard.add(event.client)
        row.event = event.text
        row.where = event.where
        self.ordered.append(row)
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
        name = self.names.get(port, VISITOR)
        row = Row(now(), name, up, alone=name == VISITOR or (port, type) in self.apart)
        if not row.alone:
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

    async def reported(self, port: int, timeout: float) -> None:
        """Wait until the server has reported anything of a client.

        Args:
            timeout: In seconds.

        Raises:
            TimeoutError: It did not report anything in time.
        """
        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(lambda: port in self.heard)
