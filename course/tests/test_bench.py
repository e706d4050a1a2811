"""The benchmarks: what is made of their figures, and what they say when they cannot."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from course import bench
from course.bench.child import NotHere
from course.bench.figures import Cell, Claim, Result, Table
from course.bench.samples import Samples
from course.bench.words import number, show, words
from course.errors import CourseError

SLOW, FAST = "slow", "fast"


def samples() -> Samples:
    """Three rounds of two rows; each round is faster than the one before."""
    found = Samples()
    for value in (100.0, 200.0, 400.0):
        found.add(SLOW, "1", value)
        found.add(FAST, "1", value * 2)
    return found


def a_result(holds: bool = True) -> Result:
    """A result with invented figures."""
    found = samples()
    kinds = {SLOW: "snail", FAST: "hare"}
    return Result(
        "Things that run",
        3,
        {"legs": 4},
        ["rich"],
        [
            Table(
                "Metres",
                "animal",
                ["1", "2"],
                found.rows(kinds, ["1", "2"], SLOW),
                "ratio",
                SLOW,
            )
        ],
        [Claim("Hares are faster.", 2 if holds else 1, 1.5)],
        name="echo",
        date="2026-01-02 03:04 UTC",
        machine={
            "cpus": 2,
            "model": "Abacus",
            "system": "Linux 6.1",
            "python": "3.11.7",
            "packages": {"rich": "15.0"},
            "load": 0.1,
        },
    )


def test_a_cell_has_the_median_and_the_spread_of_the_rounds() -> None:
    """So it is for values, and for ratios if there is a baseline."""
    alone = samples().cell((SLOW, "1"))
    assert alone == Cell(200, 100, 400)
    assert samples().cell((FAST, "1"), (SLOW, "1")) == Cell(400, 200, 800, 2, 2, 2)


def test_a_ratio_is_taken_within_each_round() -> None:
    """A machine that is slower in one round is so for both."""
    assert samples().ratios((FAST, "1"), (SLOW, "1")) == [2, 2, 2]
    assert samples().ratio((SLOW, "1"), (FAST, "1")) == 0.5


def test_what_was_not_measured_has_no_cell() -> None:
    """A row may lack a column, which is a dash."""
    [slow, _] = samples().rows({SLOW: "", FAST: ""}, ["1", "2"])
    assert slow.cells == [Cell(200, 100, 400), None]
    table = a_result().tables[0]
    assert words(table, slow.label, None) == "–"


@pytest.mark.parametrize(
    ("measured", "at_least", "holds"),
    [(1.5, True, True), (1.4, True, False), (1.5, False, True), (1.6, False, False)],
)
def test_a_claim_holds_up_to_its_bound(
    measured: float, at_least: bool, holds: bool
) -> None:
    """The bound itself is enough, or not too much."""
    assert Claim("It is so.", measured, 1.5, at_least).holds is holds


@pytest.mark.parametrize(
    ("value", "text"),
    [(12345.6, "12,346"), (99.96, "100.0"), (12.34, "12.3"), (0.123, "0.12")],
)
def test_numbers_have_three_digits_or_so(value: float, text: str) -> None:
    """More would not be the same the next time."""
    assert number(value) == text


def test_a_result_survives_json() -> None:
    """What is written is what is read, and says of each claim whether it holds."""
    result = a_result()
    text = result.to_json()
    assert Result.from_json(text) == result
    assert [claim["holds"] for claim in json.loads(text)["claims"]] == [True]


def test_a_page_gets_tables_picture_date_and_machine(tmp_path: Path) -> None:
    """The link is relative to the page's folder; no figure is typed by hand."""
    folder = tmp_path / "notes" / "measured"
    folder.mkdir(parents=True)
    (folder / "echo.json").write_text(a_result().to_json(), encoding="utf-8")
    text = bench.table(tmp_path, "echo")
    assert "| animal | 1 | 2 |\n|---|---:|---:|\n" in text
    assert "| slow | 1 = 200 (100–400) | – |\n| fast | 2.00 | – |" in text
    assert "](measured/echo.svg)" in text
    assert (
        "Measured on 2026-01-02 03:04 UTC: median of 3 interleaved rounds "
        "(least–most); legs 4; 2 CPUs (Abacus); Linux 6.1; Python 3.11.7; rich 15.0; "
        "load before 0.1."
    ) in text
    assert "](echo.svg)" in bench.table(tmp_path, "echo", folder)


def test_a_benchmark_that_was_never_measured_is_a_sentence(tmp_path: Path) -> None:
    """It says how to measure."""
    with pytest.raises(CourseError, match=r"Measure anew: python -m course bench rows"):
        bench.table(tmp_path, "rows")


def test_an_unknown_name_is_a_sentence(tmp_path: Path) -> None:
    """It says which names there are, before anything is measured."""
    with pytest.raises(CourseError, match="no benchmark 'speed'. There are: echo, "):
        bench.run(tmp_path, ["echo", "speed"], quick=True)


@pytest.mark.parametrize("holds", [True, False])
def test_a_run_prints_each_claim_and_fails_with_one(
    holds: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A quick run writes nothing."""
    monkeypatch.setattr(bench, "measure", lambda name, quick: a_result(holds))
    assert bench.run(tmp_path, ["echo"], quick=True) == (0 if holds else 1)
    verdict = "holds" if holds else "FAILS"
    said = capsys.readouterr().out
    assert f"{verdict}  Hares are faster. ({2 if holds else 1}.00, at least" in said
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_measured_here_is_left_out_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked for by name, it is an error."""

    def measure(name: str, quick: bool) -> Result:
        if name == "memory":
            raise NotHere("Not on this system.")
        return replace(a_result(), name=name)

    monkeypatch.setattr(bench, "measure", measure)
    assert bench.run(tmp_path, [], quick=True) == 0
    assert "memory: left out. Not on this system." in capsys.readouterr().out
    with pytest.raises(NotHere):
        bench.run(tmp_path, ["memory"], quick=True)


def test_the_terminal_shows_the_figures() -> None:
    """Tables, the line about the run, and the claims, of which none is lost."""
    console = Console(file=io.StringIO(), width=100, highlight=False)
    show(a_result(), console)
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    assert "1 = 200 (100–400)" in said and "Hares are faster." in said
