"""The timeline: the two ends of each frame joined into one row."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable

from course.wire.events import Event, now
from course.wire.owners import Owners
from course.wire.row import VISITOR, Row


class Timeline:
    """Collects what browsers did and servers reported.

    `rows` are in the order they began. `ordered` are those whose place is certain: in
    the order of the server's reports, which is that of its handlers.

    A row's two ends are matched by the client's port and the event's type, first to
    first: a WebSocket delivers in order (RFC 6455, section 5.1 and TCP beneath it).

    `looked_at` are the rows that the story has waited for, in its order. `hidden` are
    the layer's methods that get no row.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.ordered: list[Row] = []
        self.names: dict[int, str] = {}
        self.apart: set[tuple[int, str]] = set()
        self.heard: set[int] = set()
        self.ended: set[int] = set()
        self.caught_up: Counter[int] = Counter()
        self.looked_at: list[Row] = []
        self.hidden: set[str] = set()
        self.owners = Owners()
        self.half: dict[tuple[int, str], list[Row]] = defaultdict(list)
        self.changed = asyncio.Condition()
        self.on_change: Callable[[], None] = lambda: None

    def name(self, port: int, browser: str) -> None:
        """Say which browser a new connection, from this port, belongs to."""
        self.heard.discard(port)
        self.ended.discard(port)
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
        row.client = port
        self.rows.append(row)
        self.ordered.append(row)
        self.apart.add((port, type))
        await self.tell()

    async def report(self, event: Event) -> None:
        """Add what a server reported."""
        self.heard.add(event.client)
        if event.kind == "end":
            self.ended.add(event.client)
        elif event.kind == "caught up":
            self.caught_up[event.server] += 1
        elif event.lane == "layer":
            self.report_layer(event)
        else:
            up = event.kind == "up"
            row = self.take(event.client, event.type, up, lambda row: not row.event)
            row.event = event.text
            row.where = event.where
            row.server = event.server
            row.starts = up
            self.ordered.append(row)
        await self.tell()

    def report_layer(self, event: Event) -> None:
        """Add what happened between a server and the channel layer."""
        name = self.names.get(event.client, VISITOR)
        if event.type == "new_channel" and event.channel:
            self.owners.own(event.channel, name)
        if event.type in self.hidden:
            return
        row = Row(event.at, name, event.kind == "up", where=event.where, lane="layer")
        row.server = event.server
        row.client = event.client
        row.starts = event.type == "receive"
        self.owners.write(row, event)
        self.rows.append(row)
        self.ordered.append(row)

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
        row.client = port
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

    async def given(self, port: int, type: str, times: int, timeout: float) -> Row:
        """Wait until the layer has given a client's handlers an event so many times.

        Args:
            port: The client's TCP port.
            type: The event's type.
            times: How often, since the connection began.
            timeout: In seconds.

        Returns:
            The row of the last time.

        Raises:
            TimeoutError: It was not given in time.
        """

        def found() -> list[Row]:
            mine = (row for row in self.ordered if row.client == port and row.starts)
            return [row for row in mine if row.event == type]

        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(lambda: len(found()) >= times)
        return found()[times - 1]

    async def over(self, port: int, timeout: float) -> None:
        """Wait until the application is done with a connection.

        Args:
            timeout: In seconds.

        Raises:
            TimeoutError: It was not in time.
        """
        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(lambda: port in self.ended)

    async def up_to_date(self, server: int, times: int, timeout: float) -> None:
        """Wait until a server has caught up so many times.

        Args:
            server: Its number.
            times: How often, since the timeline began.
            timeout: In seconds.

        Raises:
            TimeoutError: It has not in time.
        """
        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(lambda: self.caught_up[server] >= times)
