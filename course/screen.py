"""Where a story is shown: a terminal, or the text of a transcript."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from course.wire.events import now
from course.wire.layer_render import LayerRenderer
from course.wire.render import Renderer
from course.wire.row import NOBODY, OUTSIDE
from course.wire.sql_render import SqlRenderer
from course.wire.timeline import Timeline
from course.wire.told import as_told

USUAL = 100  # columns
WIDEST = 160  # columns; a longer line is hard to follow


class Screen:
    """Prints sentences, and the rows of a timeline once they are complete.

    Args:
        timeline: What is shown.
        console: Where to show it; None for the terminal. Only the terminal gets times:
            they are never the same twice.
        layer: Whether the channel layer has a column.
        several: Whether there are several servers.
        sql: Whether the database has a column, beside that of the layer.
    """

    def __init__(
        self,
        timeline: Timeline,
        console: Console | None,
        layer: bool,
        several: bool,
        sql: bool = False,
    ) -> None:
        self.timeline = timeline
        self.timeline.on_change = self.show_complete
        self.layer = layer
        self.several = several
        self.sql = sql
        self.shown = 0
        self.started = now() if console is None else None
        # The transcript of a story with a layer is arranged step by step: see as_told.
        self.told = layer and self.started is None
        self.held = self.told
        self.unseen = False
        self.console = console or Console(highlight=False, soft_wrap=True)
        # Without a terminal there is no width to go by.
        width = self.console.width if self.console.is_terminal else USUAL
        self.width = min(width, WIDEST)
        self.plain = not self.console.encoding.lower().startswith("utf")
        self.renderer: Renderer

    def set_lanes(self, browsers: Sequence[str]) -> None:
        """Have these browsers' lanes from now on."""
        drawn = (browsers, self.width, self.started, self.plain)
        if self.sql:
            self.renderer = SqlRenderer(*drawn, self.several)
        elif self.layer:
            self.renderer = LayerRenderer(*drawn, self.several)
        else:
            self.renderer = Renderer(*drawn)

    def hold(self, at_once: bool) -> None:
        """Begin or end a part whose rows come in no certain order.

        For a transcript they are held back, and grouped by browser.
        """
        if self.started is not None or self.told:
            return
        self.held = at_once
        if not at_once:
            browsers, ordered = self.renderer.browsers, self.timeline.ordered
            known = [row for row in ordered[self.shown :] if row.browser in browsers]
            known.sort(key=lambda row: browsers.index(row.browser))
            ordered[self.shown :] = known
            self.show_complete()

    def hide(self, unseen: bool) -> None:
        """Begin or end a part of which no row is shown."""
        self.show_rest()
        self.unseen = unseen

    def show_complete(self) -> None:
        """Print the rows that are complete, up to the first that is not."""
        rows = self.timeline.ordered
        names = {*self.renderer.browsers, OUTSIDE, NOBODY}
        while self.shown < len(rows) and not self.held:
            row = rows[self.shown]
            # While the story plays, a visitor of the page has no lane in it; nor have
            # its browsers, when they leave after it.
            if row.browser in names and not self.unseen:
                if not row.complete:
                    break
                if not row.left_out:
                    self.print(self.renderer.row(row))
            self.shown += 1

    def show_rest(self) -> None:
        """Print all that is left, also the rows of which one end is missing."""
        ordered = self.timeline.ordered
        for row in self.timeline.rows:
            if not row.complete:
                row.alone = True
                if not any(row is other for other in ordered):
                    ordered.append(row)
        if self.told:
            ordered[self.shown :] = as_told(
                ordered[self.shown :], self.timeline.looked_at
            )
            self.held = False
        self.show_complete()
        self.held = self.told

    def print(self, text: Text) -> None:
        """Print a line, without spaces at its end."""
        self.console.print(text)
