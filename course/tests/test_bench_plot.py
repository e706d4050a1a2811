"""The pictures of the benchmarks."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from course.bench.figures import Cell, Result, Row, Table
from course.bench.plot import draw

ROWS = [
    Row("raw", "raw", [Cell(10, 9, 11, 1, 1, 1), Cell(20, 20, 20, 1, 1, 1)]),
    Row("other", "other", [Cell(5, 4, 6, 0.5, 0.4, 0.6), None]),
    Row("third", "other", [Cell(1, 1, 1, 0.1, 0.1, 0.1), None]),
]


def a_result(show: str, log: bool) -> Result:
    """A result with invented figures."""
    table = Table("Metres", "animal", ["1 leg", "2 legs"], ROWS, show, "raw", log=log)
    return Result("Things that run", 3, {}, [], [table], [])


@pytest.mark.parametrize(("show", "log"), [("ratio", False), ("value", True)])
def test_a_picture_is_the_same_each_time(show: str, log: bool, tmp_path: Path) -> None:
    """It is an SVG without a date, whose text is text, in lines without spaces at
    their end."""
    first, second = (
        draw(a_result(show, log), tmp_path / f"{n}.svg").read_bytes() for n in range(2)
    )
    assert first == second
    assert first.endswith(b"\n") and b" \n" not in first
    said = "".join(ElementTree.fromstring(first).itertext())
    for text in ("raw", "other", "third", "1 leg", "2 legs"):
        assert text in said
    assert ("0.50" if show == "ratio" else "5.00") in said
