"""The step from one stage to the next, as it is shown."""

from pathlib import Path

import pytest

from course.difference import show
from course.errors import CourseError
from course.stages import find, load


def test_the_step_is_shown(
    two_stages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Changed and new files are shown, tests and README are not."""
    assert show(find(load(two_stages), 2), tests=False) == 0
    out = capsys.readouterr().out
    assert '+NAME = "X-New"' in out
    assert '-    return render(request, "chat/index.html")' in out
    assert "test_page.py" not in out
    assert "gs1_basic → gs2_next: 12 changed lines in 2 files" in out


def test_tests_are_shown_on_request(
    two_stages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--tests shows the tests too."""
    assert show(find(load(two_stages), 2), tests=True) == 0
    assert "+def test_the_page_is_new(client):" in capsys.readouterr().out


def test_the_first_stage_has_no_step(two_stages: Path) -> None:
    """No step leads to the first stage: one sentence says so."""
    with pytest.raises(CourseError, match="is the first stage"):
        show(find(load(two_stages), 1), tests=False)
