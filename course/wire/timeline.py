"""The timeline: the two ends of each frame joined into one row."""

from collections import defaultdict
from collections.abc import Callable

from course.wire.events import Event, now
from course.wire.owners import Owners
from course.wire.row import NOBODY, VISITOR, Row
from course.wire.transactions import Transactions
from course.wire.waiting import Waiting


class Timeline(Waiting):
    """Collects what browsers did and servers reported.

    A row's two ends are matched by the client's port and the event's type, first to
    first: a WebSocket delivers in order (RFC 6455, section 5.1 and TCP beneath it).

    `hidden` are the layer's methods and the SQL statements that get no row, and the
    types of the layer's events whose rows are left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[int, str] = {}
        self.apart: set[tuple[int, str]] = set()
        self.hidden: set[str] = set()
        self.owners = Owners()
        self.transactions = Transactions()
        self.half: dict[tuple[int, str], list[Row]] = defaultdict(list)

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
        self.apart.add((port, type))
        self.add(Row(now(), self.names.get(port, VISITOR), True, text), port)
        await self.tell()

    async def lost(self, port: int, server: int, text: str) -> Row:
        """Add what a browser saw that no server has told it, and return the row.

        Args:
            port: The client's TCP port.
            server: The number of the server that it was connected to.
            text: What to show in the browser's lane.
        """
        row = Row(now(), self.names.get(port, VISITOR), False, text, server=server)
        row.starts = True
        self.add(row, port)
        await self.tell()
        return row

    def add(self, row: Row, port: int = 0) -> None:
        """Add a row that stands for one end alone."""
        row.alone, row.client = True, port
        self.rows.append(row)
        self.ordered.append(row)

    async def report(self, event: Event) -> None:
        """Add what a server or a command reported."""
        in_sql = event.lane == "sql"
        known = self.transactions.shown(event, self.hidden) if in_sql else [event]
        for each in known:
            self.take_in(each)
        await self.tell()

    def take_in(self, event: Event) -> None:
        """Add one event."""
        if event.client or not event.server:
            self.heard.add(event.client)
        if event.kind == "end":
            self.ended.add(event.client)
        elif event.kind == "caught up":
            self.caught_up[event.server] += 1
        elif event.kind == "process":
            row = Row(event.at, NOBODY, True, event=event.text, server=event.server)
            row.starts = True
            self.add(row)
        elif event.lane in ("layer", "sql"):
            self.report_inside(event)
        else:
            up = event.kind == "up"
            row = self.take(event.client, event.type, up, lambda row: not row.event)
            row.event = event.text
            row.where = event.where
            row.server = event.server
            row.starts = up
            self.ordered.append(row)

    def report_inside(self, event: Event) -> None:
        """Add what happened between a server and the channel layer or the database."""
        of_nobody = event.server and not event.client
        name = NOBODY if of_nobody else self.names.get(event.client, VISITOR)
        if event.type == "new_channel" and event.channel:
            self.owners.own(event.channel, name)
        if event.type in self.hidden:
            return
        row = Row(event.at, name, event.kind == "up", where=event.where)
        row.lane, row.server, row.client = event.lane, event.server, event.client
        row.starts = event.type == "receive"
        row.left_out = row.starts and event.text in self.hidden
        if of_nobody and event.lane == "sql":
            row.starts = event.type == "BEGIN"
        self.owners.write(row, event)
        self.rows.append(row)
        self.ordered.append(row)

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
