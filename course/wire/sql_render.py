"""The timeline with a fourth column, for stories that show their SQL."""

from typing import Any

from rich.cells import cell_len
from rich.text import Text

from course.wire.layer_render import SERVER, LayerRenderer
from course.wire.row import Row

APART = 15  # columns between the names of the layer and of SQL
NEEDED = 23  # columns of SQL
SPARE = 5  # columns of the server's that are for what its handlers run on


class SqlRenderer(LayerRenderer):
    """Draws rows with browsers, server, channel layer and SQL side by side.

    What the layer is asked may reach over the column of SQL: there is one row a line.
    Where SQL would be too narrow, it is not said what handlers run on.

    Args:
        drawn: As for a LayerRenderer.
        options: As for a LayerRenderer.
    """

    def __init__(self, *drawn: Any, **options: Any) -> None:
        super().__init__(*drawn, **options)
        spare = min(SPARE, max(0, APART + NEEDED - self.layer))
        self.room -= spare
        self.layer += spare

    def header(self) -> Text:
        """Return the names of the lanes."""
        text = super().header()
        text.append(" " * (self.server + self.room + APART - text.cell_len))
        text.append("SQL", style="bold")
        return text

    def row(self, row: Row) -> Text:
        """Return one row, of a frame, of the layer, or of a statement."""
        if row.lane == "sql":
            return self.beyond(row, self.room + APART, self.layer - APART)
        return super().row(row)

    def add_event(self, text: Text, row: Row) -> None:
        """Add the server's end of a row, which may reach over what is to its right."""
        if self.room >= SERVER:
            super().add_event(text, row)
            return
        text.append(self.number(row), style="bold")
        room = self.room + self.layer - cell_len(self.number(row))
        text.append(self.shorten(self.event_of(row, room), room))
