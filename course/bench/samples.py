"""Samples: what was measured, round by round."""

import statistics

from course.bench.figures import Cell, Row

Place = tuple[str, str]  # the label of a row, the heading of a column


class Samples:
    """The values of the rounds, by row and column."""

    def __init__(self) -> None:
        self.values: dict[Place, list[float]] = {}

    def add(self, row: str, column: str, *values: float) -> None:
        """Note what a round has given."""
        self.values.setdefault((row, column), []).extend(values)

    def median(self, row: str, column: str) -> float:
        """Return the median of the rounds."""
        return statistics.median(self.values[row, column])

    def ratios(self, place: Place, base: Place) -> list[float]:
        """Return the ratios of two conditions, each within its round."""
        pairs = zip(self.values[place], self.values[base], strict=True)
        return [value / other for value, other in pairs]

    def ratio(self, place: Place, base: Place) -> float:
        """Return the median of the ratios of two conditions."""
        return statistics.median(self.ratios(place, base))

    def cell(self, place: Place, base: Place | None = None) -> Cell | None:
        """Return what came of a condition; None if it was not measured."""
        if place not in self.values:
            return None
        ratios = self.ratios(place, base) if base in self.values else []
        return Cell(*summary(self.values[place]), *(summary(ratios) if ratios else ()))

    def rows(
        self,
        kinds: dict[str, str],
        columns: list[str],
        baseline: str = "",
        column: str = "",
    ) -> list[Row]:
        """Return the rows of a table, of which those that were measured at all.

        Args:
            kinds: The kind of each row, by its label.
            columns: The headings of the columns.
            baseline, column: As a Table has them.
        """
        rows = []
        for label, kind in kinds.items():
            cells = [self.cell((label, c), (baseline, column or c)) for c in columns]
            if any(cells):
                rows.append(Row(label, kind, cells))
        return rows


def summary(values: list[float]) -> tuple[float, float, float]:
    """Return the median, the least and the most, to four significant digits."""
    found = (statistics.median(values), min(values), max(values))
    median, least, most = (float(f"{value:.4g}") for value in found)
    return median, least, most
