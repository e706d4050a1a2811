"""The timeline as text: a sequence diagram, one line a frame."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from course.wire.row import Row

TIME = 8  # columns for the time, where it is shown
SERVER = 40  # columns for the server's side at least, the thread included
EVENT = 28  # columns after which the thread stands, if the event is not longer
WHERE = 12  # columns for the thread
NARROWEST, WIDEST = 12, 30  # columns of a browser
COLOURS = ("cyan", "green", "magenta", "yellow")


class Renderer:
    """Draws rows for a terminal or for a transcript.

    Args:
        browsers: The names of the browsers' lanes, from left to right.
        width: Columns of the terminal.
        started: The time that the time column counts from, in seconds of the
            system's monotonic clock; None leaves the column out.
        plain: Draw with ASCII only.
    """

    def __init__(
        self,
        browsers: Sequence[str],
        width: int,
        started: float | None = None,
        plain: bool = False,
    ) -> None:
        self.browsers = list(browsers)
        self.started = started
        self.plain = plain
        self.margin = TIME if started is not None else 0
        room = (width - self.margin - SERVER) // max(1, len(self.browsers))
        self.lane = min(max(NARROWEST, room), WIDEST)
        self.server = self.margin + self.lane * len(self.browsers)
        self.room = max(width - self.server, SERVER)
        self.line, self.right, self.left, self.cut = "-><~" if plain else "─▶◀…"

    def start_of(self, browser: str) -> int:
        """Return the column a browser's lane starts at."""
        return self.margin + self.lane * self.browsers.index(browser)

    def header(self) -> Text:
        """Return the names of the lanes."""
        text = Text("  time".ljust(self.margin) if self.margin else "", style="bold")
        for browser in self.browsers:
            text.append(browser.ljust(self.lane), style=f"bold {self.colour(browser)}")
        text.append(" " * (self.server - text.cell_len))
        text.append("server", style="bold")
        return text

    def colour(self, browser: str) -> str:
        """Return the colour of a browser's lane."""
        return COLOURS[self.browsers.index(browser) % len(COLOURS)]

    def row(self, row: Row) -> Text:
        """Return one row: the browser's end, an arrow, the server's end."""
        text = self.begin(row)
        text.append(" " * (self.start_of(row.browser) - self.margin))
        room = self.server - self.start_of(row.browser)
        seen = self.shorten(row.seen, room - 5)
        colour = self.colour(row.browser)
        text.append(seen, style=f"bold {colour}")
        text.append(self.arrow(row.up, room - cell_len(seen)), style=colour)
        self.add_event(text, row)
        text.rstrip()
        return text

    def begin(self, row: Row) -> Text:
        """Return what a row begins with: its time, if times are shown."""
        if self.started is None:
            return Text()
        return Text(f"{row.at - self.started:6.2f}  ", style="dim")

    def arrow(self, right: bool, width: int) -> str:
        """Return an arrow with a space at both ends."""
        line = self.line * (width - 3)
        return f" {line}{self.right} " if right else f" {self.left}{line} "

    def add_event(self, text: Text, row: Row) -> None:
        """Add the server's end of a row."""
        event = self.shorten(row.event, self.room - (WHERE if row.where else 0))
        text.append(event)
        if row.where:
            text.append(" " * max(1, EVENT - cell_len(event)))
            text.append(row.where, style="bold yellow")

    def shorten(self, text: str, width: int) -> str:
        """Return a text that fits into a number of columns."""
        if self.plain:
            text = text.encode("ascii", "backslashreplace").decode()
        if cell_len(text) <= width:
            return text
        return set_cell_size(text, width - 1) + self.cut
