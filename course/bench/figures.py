"""Figures: what was measured, and what is claimed of it."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Cell:
    """What came of all rounds under one condition.

    Attributes:
        median, least, most: In the table's unit.
        ratio, ratio_least, ratio_most: To the baseline of the same round; None without
            a baseline.
    """

    median: float
    least: float
    most: float
    ratio: float | None = None
    ratio_least: float | None = None
    ratio_most: float | None = None


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes:
        label: What was measured.
        kind: What has a colour of its own in the plot, such as a server.
        cells: One for each column; None where nothing was measured.
    """

    label: str
    kind: str
    cells: list[Cell | None]


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        caption: What its figures are, with their unit, without a full stop.
        corner: What its rows are.
        columns: Their headings.
        rows: The rows.
        show: What the figures are: "value", "ratio", or "both".
        baseline: The label of the row that ratios are to, "" for none.
        column: The heading of the baseline, "" for that of each column.
        decimals: Of each value; None for three significant digits.
        log: Whether the plot's axis is logarithmic.
    """

    caption: str
    corner: str
    columns: list[str]
    rows: list[Row]
    show: str = "value"
    baseline: str = ""
    column: str = ""
    decimals: int | None = None
    log: bool = False


@dataclass(frozen=True)
class Claim:
    """What every run checks, with a wide margin.

    Attributes:
        text: A sentence.
        measured: What the sentence is about.
        bound: What it must reach or, if at_least is False, not exceed.
        at_least: Which of the two.
    """

    text: str
    measured: float
    bound: float
    at_least: bool = True

    @property
    def holds(self) -> bool:
        """Whether it is as the sentence says."""
        if self.at_least:
            return self.measured >= self.bound
        return self.measured <= self.bound


@dataclass(frozen=True)
class Result:
    """All that a run of a benchmark has found.

    Attributes:
        title: What was measured, in one sentence.
        rounds: How many there were.
        parameters: What it was measured with, by name.
        packages: Those that matter.
        tables: The tables; the first one is plotted.
        claims: The claims.
        date: When it was taken, in UTC.
        machine: On what.
        quick: Whether it is a quick one, whose figures are good for the claims alone.
    """

    title: str
    rounds: int
    parameters: dict[str, str | float]
    packages: list[str]
    tables: list[Table]
    claims: list[Claim]
    name: str = ""
    date: str = ""
    machine: dict[str, Any] = field(default_factory=dict)
    quick: bool = False

    def to_json(self) -> str:
        """Return it as JSON."""
        content = asdict(self)
        for claim, own in zip(content["claims"], self.claims, strict=True):
            claim["holds"] = own.holds
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Result":
        """Return what was written as JSON."""
        content = json.loads(text)
        for claim in content["claims"]:
            del claim["holds"]
        content["claims"] = [Claim(**claim) for claim in content["claims"]]
        for table in content["tables"]:
            for row in table["rows"]:
                row["cells"] = [cell and Cell(**cell) for cell in row["cells"]]
            table["rows"] = [Row(**row) for row in table["rows"]]
        content["tables"] = [Table(**table) for table in content["tables"]]
        return cls(**content)
