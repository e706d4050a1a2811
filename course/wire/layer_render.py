"""The timeline with a third column, for stories with a channel layer."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from course.wire.brief import brief_event
from course.wire.render import TIME, Renderer
from course.wire.row import NOBODY, OUTSIDE, Row

USUAL = 100  # columns that are enough, without the time
SERVER, LAYER = 28, 33  # columns of the two then
LEAST = 24  # columns of the layer at least
ALONE = 14  # columns of a single browser: what it sees is in the server's column
LAST = 5  # the last lane, over which no other stands, is so many times as wide
INDENT = 6  # columns between browsers at least: their names
SHORT = {"event loop": "loop"}  # where there is no room for it


class LayerRenderer(Renderer):
    """Draws rows with browsers, server and channel layer side by side.

    What a browser sees may reach over the lanes to its right, up to the server: there
    is one row a line. So lanes are only as far apart as tells them from each other.

    Args:
        browsers: The names of the browsers' lanes, from left to right.
        width: Columns of the terminal.
        started: The time that the time column counts from, in seconds of the system's
            monotonic clock. None leaves the column out, and so does a narrow terminal.
        plain: Draw with ASCII only.
        several: Whether there are several servers: each row then has its number.
    """

    def __init__(
        self,
        browsers: Sequence[str],
        width: int,
        started: float | None = None,
        plain: bool = False,
        several: bool = False,
    ) -> None:
        if width < USUAL + TIME:
            started = None
        super().__init__(browsers, width, started, plain)
        self.several = several
        room = width - self.margin
        spare = (room - USUAL) // 4
        layer = max(LEAST, LAYER + spare)
        lanes = room - layer - SERVER - max(0, spare)
        if len(self.browsers) == 1:
            lanes = ALONE
        self.lane = max(INDENT, lanes // (len(self.browsers) - 1 + LAST))
        self.server = self.margin + lanes
        self.room = max(SERVER, room - layer - lanes)
        self.layer = layer

    def header(self) -> Text:
        """Return the names of the lanes."""
        text = super().header()
        text.append(" " * (self.server + self.room - text.cell_len))
        text.append("channel layer", style="bold")
        return text

    def row(self, row: Row) -> Text:
        """Return one row, of a frame or of a message to or from the layer."""
        if row.lane == "layer":
            return self.beyond(row, self.room, self.layer)
        if row.browser != NOBODY:
            return super().row(row)
        text = self.begin(row)
        text.append(" " * (self.server - self.margin))
        event = self.shorten(self.number(row) + row.event, self.room + self.layer)
        text.append(event, style="bold red")
        return text

    def beyond(self, row: Row, distance: int, room: int) -> Text:
        """Return a row between the server and what is to its right.

        Args:
            row: The row.
            distance: Columns from the server's column to the other one.
            room: Columns of that one.
        """
        text = self.begin(row)
        text.append(" " * (self.server - self.margin))
        nobodys = row.browser in (NOBODY, OUTSIDE)
        who = self.shorten(f"{self.number(row)}{row.browser}".rstrip(), distance - 5)
        style = "white" if nobodys else self.colour(row.browser)
        text.append(who, style=f"bold {style}")
        text.append(self.arrow(row.up, distance - cell_len(who)), style=style)
        text.append(self.shorten(row.event, room))
        return text

    def number(self, row: Row) -> str:
        """Return the number of a row's server, if numbers are shown."""
        return f"{row.server or ' '} " if self.several else ""

    def add_event(self, text: Text, row: Row) -> None:
        """Add the server's end of a row."""
        text.append(self.number(row), style="bold")
        where = row.where if self.room > SERVER else SHORT.get(row.where, row.where)
        room = self.room - 2 * self.several - len(where) - 2
        event = self.shorten(self.event_of(row, room), room)
        text.append(event)
        if where:
            text.append(" " * (room - cell_len(event) + 1))
            text.append(where, style="bold yellow")

    def event_of(self, row: Row, room: int) -> str:
        """Return the event of a row: without its content, if the browser's end has it
        or there is no room for it."""
        event = row.event.partition(' "')[0] if row.seen else brief_event(row.event)
        if row.seen and cell_len(event) > room:
            event = event.split()[0]
        return event
