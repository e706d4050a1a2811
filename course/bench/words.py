"""Figures in words: for the terminal, and for a page in Markdown."""

import os
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from course.bench.figures import Cell, Claim, Result, Table


def number(value: float, decimals: int | None = None) -> str:
    """Return a number with some decimals, or else with three significant digits."""
    if decimals is None:
        decimals = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{decimals}f}"


def spread(least: float, most: float, decimals: int | None = None) -> str:
    """Return the least and the most of some rounds in brackets, "" if they are one."""
    first, last = number(least, decimals), number(most, decimals)
    return "" if first == last else f" ({first}–{last})"


def words(table: Table, label: str, cell: Cell | None) -> str:
    """Return what stands in a cell.

    Args:
        table: The table.
        label: The label of the row.
        cell: The figures.
    """
    if cell is None:
        return "–"
    value = number(cell.median, table.decimals)
    value += spread(cell.least, cell.most, table.decimals)
    if table.show == "value" or cell.ratio is None:
        return value
    assert cell.ratio_least is not None and cell.ratio_most is not None
    if table.show == "both":
        return f"{value}, ×{number(cell.ratio)}"
    if cell.ratio == cell.ratio_least == cell.ratio_most == 1:
        return f"1 = {value}"
    return number(cell.ratio) + spread(cell.ratio_least, cell.ratio_most)


def measured(claim: Claim) -> str:
    """Return what is measured of a claim, and its bound."""
    bound = "at least" if claim.at_least else "at most"
    return f"{number(claim.measured)}, {bound} {number(claim.bound)}"


def where_and_when(result: Result) -> str:
    """Return the line about a run: how, when and on what."""
    machine = result.machine
    cpus = f"{machine['cpus']} CPUs" if machine["cpus"] != 1 else "1 CPU"
    parts = [
        f"median of {result.rounds} interleaved rounds (least–most)",
        *(f"{name} {value}" for name, value in result.parameters.items()),
        f"{cpus} ({machine['model']})",
        machine["system"],
        f"Python {machine['python']}",
        *(f"{name} {version}" for name, version in machine["packages"].items()),
    ]
    if "load" in machine:  # of the minute before; 0 is a machine with nothing to do
        parts.append(f"load before {machine['load']}")
    if result.rounds == 1:
        parts[0] = "one round"
    return f"Measured on {result.date}: {'; '.join(parts)}."


def markdown(result: Result, root: Path, folder: Path) -> str:
    """Return the tables, the picture, and the line about the run.

    Args:
        result: What was measured.
        root: The repository.
        folder: That of the page.
    """
    blocks = [f"{result.title}."]
    for table in result.tables:
        lines = [
            f"| {' | '.join([table.corner, *table.columns])} |",
            f"|---|{'---:|' * len(table.columns)}",
        ]
        for row in table.rows:
            cells = [words(table, row.label, cell) for cell in row.cells]
            lines.append(f"| {' | '.join([row.label, *cells])} |")
        blocks += [f"{table.caption}:", "\n".join(lines)]
    picture = os.path.relpath(
        root / "notes/measured" / f"{result.name}.svg", root / folder
    )
    alt = f"{result.name}: the figures of the first table as a picture"
    blocks += [f"![{alt}]({Path(picture).as_posix()})", where_and_when(result)]
    return "\n\n".join(blocks)


def show(result: Result, console: Console) -> None:
    """Print the tables, the line about the run, and what is claimed."""
    console.print(f"[bold]{result.name}[/bold]: {escape(result.title)}.")
    for table in filter(lambda table: table.rows, result.tables):
        grid = Grid(title=escape(table.caption), title_justify="left", box=box.SIMPLE)
        grid.add_column(table.corner, overflow="fold")
        for column in table.columns:
            grid.add_column(column, justify="right", overflow="fold")
        for row in table.rows:
            cells = [words(table, row.label, cell) for cell in row.cells]
            grid.add_row(*map(escape, [row.label, *cells]))
        console.print(grid, soft_wrap=False)
    console.print(where_and_when(result), markup=False)
    for claim in result.claims:
        verdict = "[green]holds[/green]" if claim.holds else "[red]FAILS[/red]"
        console.print(f"{verdict}  {escape(claim.text)} ({measured(claim)})")
