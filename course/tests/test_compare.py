"""The table of Daphne and uvicorn: where it comes from, and when it is wrong."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from course.book import compare
from course.errors import CourseError

ROW = {"case": "a case", "daphne": "HTTP 403", "uvicorn": "HTTP 401"}
SEEN: dict[str, Any] = {"versions": {"daphne": "1.0", "uvicorn": "2.0"}, "cases": [ROW]}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository that tells what SEEN says."""
    (tmp_path / "notes").mkdir()
    (tmp_path / compare.KEPT).write_text(json.dumps(SEEN), encoding="utf-8")
    return tmp_path


def test_the_table_is_made_from_the_file(root: Path) -> None:
    """Each case is a row, each server a column with its version."""
    assert compare.table(root).splitlines() == [
        "| case | Daphne 1.0 | uvicorn 2.0 |",
        "|---|---|---|",
        "| a case | HTTP 403 | HTTP 401 |",
    ]


def test_what_is_seen_again_as_told_is_no_difference() -> None:
    """The same cases, and the same words: nothing is said."""
    assert compare.compare(SEEN, copy.deepcopy(SEEN)) == []


def test_a_server_that_has_changed_is_named() -> None:
    """The case, the server, what was seen, and what was told."""
    changed = copy.deepcopy(SEEN)
    changed["cases"][0]["uvicorn"] = "HTTP 500"
    (said,) = compare.compare(SEEN, changed)
    assert said == "a case: uvicorn: 'HTTP 500' was seen, and not 'HTTP 401'"


def test_a_case_too_many_or_too_few_is_named() -> None:
    """A case that is told and not tried, and the other way round."""
    other = copy.deepcopy(SEEN)
    other["cases"][0]["case"] = "another case"
    said = "\n".join(compare.compare(SEEN, other))
    assert "another case: daphne: 'HTTP 403' was seen, and not 'nothing'" in said
    assert "a case: daphne: 'nothing' was seen, and not 'HTTP 403'" in said


def test_another_version_is_named() -> None:
    """The table says which versions it is about."""
    other = copy.deepcopy(SEEN)
    other["versions"]["daphne"] = "1.1"
    assert compare.compare(SEEN, other) == ["daphne: the version is 1.1, and not 1.0"]


def test_a_difference_is_one_that_is_seen_twice(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a busy machine has made of a case once is not seen again."""
    changed = copy.deepcopy(SEEN)
    changed["cases"][0]["uvicorn"] = "HTTP 500"
    seen = iter([changed, SEEN, changed, changed])
    monkeypatch.setattr(compare, "observe", lambda: next(seen))
    assert compare.differences(root) == []
    assert len(compare.differences(root)) == 1


def test_what_failed_is_not_written(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case that went as none of its words say is no row of a table."""
    failed = copy.deepcopy(SEEN)
    failed["cases"][0]["uvicorn"] = f"{compare.FAILED} TimeoutError()"
    monkeypatch.setattr(compare, "observe", lambda: failed)
    with pytest.raises(CourseError, match="TimeoutError"):
        compare.record(root)
    assert compare.kept(root) == SEEN
