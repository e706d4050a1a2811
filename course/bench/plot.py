"""Figures as a picture: bars, as an SVG that is the same each time it is drawn."""

import io
import math
import textwrap
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import NullLocator

from course.bench.figures import Cell, Result, Table
from course.bench.words import number

# Told apart by those who see few colours, too (Okabe and Ito).
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
STYLE = {
    "font.family": "sans-serif",
    "font.size": 10,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "course.bench",
}
WIDTH = 10.0  # inches
LABELS = 0.08  # inches for each character of a label
BAR = 0.3  # inches for each row
BELOW = 0.65  # inches for the axis and the legend
LINE = 0.2  # inches for each line of a heading
ROOM = 1.35  # of the longest bar, for the figure behind it


def draw(result: Result, path: Path) -> Path:
    """Draw the first table of a result: a panel for each column, a bar for each row.

    A bar, or on a logarithmic axis a dot, is a median; the line on it goes from the
    least to the most.

    Args:
        result: What was measured.
        path: The file to write.

    Returns:
        The file.
    """
    table = result.tables[0]
    with matplotlib.rc_context(STYLE):  # type: ignore[arg-type]
        left = LABELS * max(len(row.label) for row in table.rows) + 0.2
        across = int((WIDTH - left) / len(table.columns) / LABELS)
        headings = [textwrap.fill(column, across) for column in table.columns]
        above = 0.15 + LINE * max(heading.count("\n") + 1 for heading in headings)
        height = above + BAR * len(table.rows) + BELOW
        figure = Figure(figsize=(WIDTH, height), facecolor="white")
        panels = figure.subplots(1, len(table.columns), sharey=True, squeeze=False)[0]
        colours = colours_of(table)
        for column, panel in enumerate(panels):
            draw_panel(table, column, panel, colours)
            panel.set_title(headings[column], fontsize=10)
        panels[0].set_yticks(
            range(len(table.rows)), labels=[row.label for row in table.rows]
        )
        panels[0].invert_yaxis()
        if 1 < len(colours) < len(table.rows):
            figure.legend(
                handles=[Patch(color=c, label=kind) for kind, c in colours.items()],
                loc="lower center",
                ncols=len(colours),
                frameon=False,
            )
        figure.subplots_adjust(
            left=left / WIDTH,
            right=0.985,
            top=1 - above / height,
            bottom=BELOW / height,
            wspace=0.08,
        )
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    lines = [line.rstrip() for line in buffer.getvalue().splitlines()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path


def colours_of(table: Table) -> dict[str, str]:
    """Return the colour of each kind of row."""
    kinds = dict.fromkeys(row.kind for row in table.rows)
    return dict(zip(kinds, COLOURS, strict=False))


def drawn(table: Table, cell: Cell) -> tuple[float, float, float]:
    """Return what is drawn of a cell: median, least and most of values or ratios."""
    if table.show != "ratio":
        return cell.median, cell.least, cell.most
    assert cell.ratio is not None
    assert cell.ratio_least is not None and cell.ratio_most is not None
    return cell.ratio, cell.ratio_least, cell.ratio_most


def draw_panel(table: Table, column: int, panel: Axes, colours: dict[str, str]) -> None:
    """Draw a column of a table.

    Args:
        table: The table.
        column: The number of the column, from 0.
        panel: Where to draw.
        colours: The colour of each kind of row.
    """
    cells = [cell for row in table.rows for cell in row.cells if cell is not None]
    highest = max(drawn(table, cell)[2] for cell in cells)
    lowest = min(drawn(table, cell)[1] for cell in cells)
    for place, row in enumerate(table.rows):
        cell = row.cells[column]
        if cell is None:
            continue
        median, least, most = drawn(table, cell)
        colour = colours[row.kind]
        if table.log:  # a bar would have to begin at 0, which is not there
            panel.plot(median, place, "o", color=colour, markersize=7)
        else:
            panel.barh(place, median, height=0.7, color=colour)
        if least != most:
            panel.plot([least, most], [place, place], color="black", linewidth=1)
        decimals = None if table.show == "ratio" else table.decimals
        panel.annotate(
            number(median, decimals),
            (most, place),
            xytext=(7 if table.log else 3, 0),
            textcoords="offset points",
            verticalalignment="center",
            fontsize=9,
        )
    if table.log:
        panel.set_xscale("log")
        panel.xaxis.set_major_formatter("{x:g}")
        panel.xaxis.set_minor_locator(NullLocator())
        first, last = math.floor(math.log10(lowest)), math.floor(math.log10(highest))
        panel.set_xticks([10.0**power for power in range(first, last + 1)])
        panel.set_xlim(lowest / 2, highest * (highest / lowest) ** 0.6)
    else:
        panel.set_xlim(0, highest * ROOM)
    panel.tick_params(axis="y", length=0)
    panel.spines[["top", "right"]].set_visible(False)
