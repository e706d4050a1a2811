"""The step from one stage to the next, as it is shown."""

from pathlib import Path

import pytest

from course.difference import show, step_of
from course.errors import CourseError
from course.stages import find, load


def step(before: str, after: str) -> list[str]:
    """Return the step between two texts, marked."""
    lines = step_of(before.splitlines(), after.splitlines(), marks=True)
    return [line.plain.strip() for line in lines]


def test_the_step_is_shown(
    two_stages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Changed files are shown line by line, new ones named; tests are left out."""
    assert show(find(load(two_stages), 2), tests=False) == 0
    out = capsys.readouterr().out
    assert "── chat/extra.py is new, 3 lines" in out
    assert '+     response.headers["X-New"] = "yes"' in out
    assert "test_page.py" not in out
    assert "gs1_basic → gs2_next: 12 changed lines in 2 files" in out


def test_tests_are_shown_on_request(
    two_stages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--tests shows the tests too, and new files whole."""
    assert show(find(load(two_stages), 2), tests=True) == 0
    out = capsys.readouterr().out
    assert "+ def test_the_page_is_new(client):" in out
    assert '+ NAME = "X-New"' in out


def test_a_changed_line_is_shown_once() -> None:
    """A line that gained or lost words is one line, with its number and the words."""
    assert step("a\n    def connect(self):", "a\n    async def connect(self):") == [
        "2 ~     {+async +}def connect(self):"
    ]


def test_lines_that_are_not_alike_are_shown_apart() -> None:
    """A line that was replaced by quite another one is a removed and an added line."""
    assert step("import time", "x = 1") == ["- import time", "1 + x = 1"]


def test_an_added_line_behind_changed_ones_is_added() -> None:
    """Of unequal blocks the lines that match are paired, the rest is added."""
    before = "path('sc/a')\npath('sc/b')"
    after = "path('ac/a')\npath('ac/b')\npath('ac/c')"
    assert step(before, after) == [
        "1 ~ path('[-sc-]{+ac+}/a')",
        "2 ~ path('[-sc-]{+ac+}/b')",
        "3 + path('ac/c')",
    ]


def test_the_first_stage_has_no_step(two_stages: Path) -> None:
    """No step leads to the first stage: one sentence says so."""
    with pytest.raises(CourseError, match="is the first stage"):
        show(find(load(two_stages), 1), tests=False)
