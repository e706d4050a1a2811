"""What the notes quote: parts of files, and an instructor's plans."""

from pathlib import Path

import pytest

from course.book.plans import plan
from course.book.regions import region
from course.environment import ROOT
from course.errors import CourseError
from course.stages import load

PYTHON = '''import os

# How long,
# in seconds.
LIMIT = 5


class Answer:
    """The answer."""

    @property
    def text(self):
        """Return it."""
        return "42"

    def again(self):
        return self.text
'''
SCRIPT = """const limit = 5;

function connect() {
  if (open) {
    return;
  }
  go();
}

go();
"""


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A Python file."""
    path = tmp_path / "answer.py"
    path.write_text(PYTHON)
    return path


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A JavaScript file."""
    path = tmp_path / "main.js"
    path.write_text(SCRIPT)
    return path


def test_a_whole_file_is_quoted(python: Path) -> None:
    """Without a name: all of it."""
    assert region(python) == PYTHON.strip()


def test_a_constant_comes_with_the_comment_above(python: Path) -> None:
    """The comment directly above a definition belongs to it."""
    assert region(python, "LIMIT") == "# How long,\n# in seconds.\nLIMIT = 5"


def test_a_method_comes_with_its_decorator_and_without_its_indentation(
    python: Path,
) -> None:
    """What all lines are indented by is left out."""
    assert region(python, "Answer.text").splitlines() == [
        "@property",
        "def text(self):",
        '    """Return it."""',
        '    return "42"',
    ]


def test_a_block_ends_where_it_is_closed(script: Path) -> None:
    """Outside Python: from the line that opens a block to the one that closes it."""
    quoted = region(script, "function connect(")
    assert quoted.startswith("function connect() {")
    assert quoted.endswith("  go();\n}")


def test_lines_are_quoted_from_one_to_another(script: Path) -> None:
    """Both lines are in."""
    assert region(script, "const limit", "if (open)").splitlines() == [
        "const limit = 5;",
        "",
        "function connect() {",
        "  if (open) {",
    ]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("go();", "go();", "2 lines of main.js begin with 'go();'"),
        ("stop();", "", "0 lines of main.js begin with 'stop();'"),
        ("const limit", "stop();", "no line after line 1 of main.js begins"),
    ],
)
def test_a_part_that_is_not_clear_is_an_error(
    script: Path, first: str, last: str, said: str
) -> None:
    """It says which line is missing, or is there more than once."""
    with pytest.raises(CourseError) as error:
        region(script, first, last)
    assert said in str(error.value)


def test_half_a_day_is_four_hours() -> None:
    """The stages that fit, with their pauses, and none after that."""
    rows = plan(load(ROOT), "half-day").splitlines()
    assert rows[2].startswith("| 9:00 to ")
    assert " to 13:00 |" in rows[-1]
    assert "stage 4" in rows[-1]
    assert not any("lunch" in row for row in rows)


def test_two_days_have_every_stage_and_its_practice() -> None:
    """In order, each piece beginning where the one before ends, and lunch on each."""
    days = plan(load(ROOT), "two-day").split("\n\n")
    assert len(days) == 2
    said = []
    for day in days:
        hours = [row.split(" | ")[0].strip("| ") for row in day.splitlines()[2:]]
        ends = [each.split(" to ")[1] for each in hours]
        assert hours[0].startswith("9:00")
        assert [each.split(" to ")[0] for each in hours[1:]] == ends[:-1]
        assert day.count("lunch") == 1
        said += [int(part[0]) for part in day.split("practice of stage ")[1:]]
    assert said == [stage.number for stage in load(ROOT)]
