"""The rule own-tests: what a machine without nginx, Caddy or ps is told."""

from pathlib import Path

import pytest

from course.check import RULES
from course.check.course import Course, Problem
from course.stages import load
from course.tests.programs import program

SKIPPED = '''"""Tests of a proxy."""

import pytest


@pytest.mark.parametrize("n", [1, 2])
def test_needs_a_proxy(n: int) -> None:
    """It needs a proxy."""
    pytest.skip("nginx is not installed: apt-get install nginx-light")
'''
ONE_FAILS = "def test_passes(): pass\ndef test_fails(): assert 0\n"
WHOLE_FILE = 'import pytest\npytest.skip("not here", allow_module_level=True)\n'


@pytest.fixture
def only(repository: Path) -> Path:
    """The only file of tests in a copy of the repository."""
    folder = repository / "course" / "tests"
    for path in folder.glob("test_*.py"):
        path.unlink()
    return folder / "test_only.py"


def own_tests(only: Path) -> tuple[list[Problem], list[str]]:
    """Return what the rule finds, and what it notes."""
    root = only.parent.parent.parent
    course = Course(root, load(root))
    return list(RULES["own-tests"](course)), course.take_notes()


def test_skipped_tests_are_not_failed(
    only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a program is missing, its tests are skipped: one sentence says how many,
    and which package has it."""
    monkeypatch.delenv("CI", raising=False)
    only.write_text(SKIPPED)
    problems, notes = own_tests(only)
    assert problems == []
    sentence = "2 skipped: nginx is not installed: apt-get install nginx-light"
    assert notes == ["0 tests passed", sentence]


def test_a_file_that_is_skipped_whole_is_not_failed(
    only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module may skip itself: pytest calls that no tests, and means the same."""
    monkeypatch.delenv("CI", raising=False)
    only.write_text(WHOLE_FILE)
    problems, _ = own_tests(only)
    assert problems == []


@pytest.mark.skipif("sys.platform == 'win32'", reason="some tests never run there")
def test_on_ci_nothing_may_be_missing(
    only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the variable CI set, a file whose tests are all skipped is a failure."""
    monkeypatch.setenv("CI", "true")
    only.write_text(SKIPPED)
    problems, _ = own_tests(only)
    assert [problem.where for problem in problems] == ["course/tests/test_only.py"]


@pytest.mark.parametrize("tests", ["", ONE_FAILS])
def test_a_file_that_fails_or_holds_no_test_is_named(
    only: Path, monkeypatch: pytest.MonkeyPatch, tests: str
) -> None:
    """A test that fails is a failure, and so is a file in which none is found."""
    monkeypatch.delenv("CI", raising=False)
    only.write_text(tests)
    problems, _ = own_tests(only)
    assert [problem.where for problem in problems] == ["course/tests/test_only.py"]


@pytest.mark.parametrize(
    ("name", "package"),
    [("nginx", "nginx-light"), ("caddy", "caddy"), ("ps", "procps")],
)
def test_the_debian_package_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    """A package is not always called like its program."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr("shutil.which", lambda name, path: None)
    with pytest.raises(pytest.skip.Exception, match=f"apt-get install {package}$"):
        program(name)
