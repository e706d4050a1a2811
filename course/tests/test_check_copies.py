"""Each rule about the step from one stage to the next, broken in a copy."""

from pathlib import Path

import pytest

from course.check import RULES
from course.check.course import Course
from course.stages import load
from course.tests.conftest import Broken, change


@pytest.mark.parametrize("rule", ["copies", "budget", "twins", "tests-grow"])
def test_a_declared_step_breaks_no_rule(two_stages: Path, rule: str) -> None:
    """The positive control: a step that is declared as it is passes."""
    course = Course(two_stages, load(two_stages))
    assert [str(problem) for problem in RULES[rule](course)] == []


def test_an_undeclared_change_is_named(two_stages: Path, broken: Broken) -> None:
    """copies: a file that differs without being declared."""
    change(two_stages / "gs2_next" / "manage.py", "command line", "own command line")
    said = broken(two_stages, "copies")
    assert "gs2_next/manage.py: it differs from gs1_basic, undeclared" in said
    assert "name it in `changed`" in said


def test_a_change_that_is_none_is_named(two_stages: Path, broken: Broken) -> None:
    """copies: a file that is declared as changed must differ."""
    change(two_stages / "course" / "stages.toml", '["chat/views.py"', '["manage.py"')
    said = broken(two_stages, "copies")
    assert "gs2_next/manage.py: it is declared as changed, and is as in" in said


def test_an_undeclared_new_file_is_named(two_stages: Path, broken: Broken) -> None:
    """copies: a file that the stage before does not have is declared as new."""
    (two_stages / "gs2_next" / "chat" / "stray.py").touch()
    assert "gs2_next/chat/stray.py: it is new, undeclared" in broken(
        two_stages, "copies"
    )


def test_nothing_vanishes_undeclared(two_stages: Path, broken: Broken) -> None:
    """copies: a file that is gone is declared as removed."""
    (two_stages / "gs2_next" / "tests" / "test_server.py").unlink()
    assert "tests/test_server.py: it is removed, undeclared" in broken(
        two_stages, "copies"
    )


def test_a_file_declared_and_missing_is_named(two_stages: Path, broken: Broken) -> None:
    """copies: what the manifest declares as new is there."""
    (two_stages / "gs2_next" / "chat" / "extra.py").unlink()
    assert "declares chat/extra.py as new, and it is not" in broken(
        two_stages, "copies"
    )


def test_what_running_makes_is_no_change(two_stages: Path) -> None:
    """copies: byte code and databases are by-products, not files of a stage."""
    cache = two_stages / "gs2_next" / "chat" / "__pycache__"
    cache.mkdir()
    (cache / "views.cpython-311.pyc").touch()
    (two_stages / "gs2_next" / "db.sqlite3").touch()
    assert list(RULES["copies"](Course(two_stages, load(two_stages)))) == []


def test_too_large_a_step_is_refused(two_stages: Path, broken: Broken) -> None:
    """budget: the lines added and removed may not exceed the cap."""
    extra = two_stages / "gs2_next" / "chat" / "extra.py"
    extra.write_text("x = 1\n" * 80)
    said = broken(two_stages, "budget")
    assert "gs2_next: its step changes 89 lines of code, 80 are allowed" in said


def test_pages_and_tests_do_not_count(two_stages: Path) -> None:
    """budget: pages are counted apart, tests and the README not at all."""
    second = two_stages / "gs2_next"
    for name in ("README.md", "tests/test_page.py", "chat/static/chat/main.js"):
        path = second / name
        path.write_text(path.read_text() + "\n// more\n" * 100)
    course = Course(two_stages, load(two_stages))
    assert list(RULES["budget"](course)) == []
    assert course.take_notes() == ["gs2_next: 12 of 80 lines of code, 200 of pages"]


def test_twins_have_the_same_tests(two_stages: Path, broken: Broken) -> None:
    """twins: a test module both have is the same to the byte."""
    change(two_stages / "course" / "stages.toml", "= 10", '= 10\ntwin = "gs1_basic"')
    said = broken(two_stages, "twins")
    assert "gs2_next/tests/test_page.py: it differs from gs1_basic, its twin" in said


def test_twins_differ_in_one_line(two_stages: Path, broken: Broken) -> None:
    """twins: of all that helps the tests one line may differ, wherever it stands."""
    change(two_stages / "course" / "stages.toml", "= 10", '= 10\ntwin = "gs1_basic"')
    second = two_stages / "gs2_next" / "tests"
    (second / "test_page.py").write_bytes(
        (two_stages / "gs1_basic" / "tests" / "test_page.py").read_bytes()
    )
    change(second / "processes.py", "START_TIMEOUT = 60", "START_TIMEOUT = 61")
    assert list(RULES["twins"](Course(two_stages, load(two_stages)))) == []
    change(second / "servers.py", "import connect\n", "import connect as connect\n")
    said = broken(two_stages, "twins")
    assert "gs2_next/tests/servers.py: with this, more than one line differs" in said


def test_a_line_more_is_a_difference(two_stages: Path, broken: Broken) -> None:
    """twins: what one of the two has at its end alone counts, too."""
    change(two_stages / "course" / "stages.toml", "= 10", '= 10\ntwin = "gs1_basic"')
    helper = two_stages / "gs2_next" / "tests" / "processes.py"
    helper.write_text(helper.read_text() + "\n\nMORE = 1\n")
    assert "more than one line differs" in broken(two_stages, "twins")


def test_a_twin_that_is_no_stage_is_named(two_stages: Path, broken: Broken) -> None:
    """twins: the twin is a stage."""
    change(two_stages / "course" / "stages.toml", "= 10", '= 10\ntwin = "gs9_none"')
    assert "gs9_none is no stage" in broken(two_stages, "twins")


GONE = "tests/test_page.py::test_an_unknown_page_is_not_found"


def test_a_test_does_not_vanish(two_stages: Path, broken: Broken) -> None:
    """tests-grow: a test of the stage before is there, or retired with a reason."""
    tests = two_stages / "gs2_next" / "tests" / "test_page.py"
    change(tests, "def test_an_unknown_page", "def test_any_page")
    assert f"gs2_next/{GONE}: this test of gs1_basic is gone" in broken(
        two_stages, "tests-grow"
    )
    manifest = two_stages / "course" / "stages.toml"
    text = manifest.read_text()
    manifest.write_text(f'{text}[stage.retired]\n"{GONE}" = "Replaced."\n')
    assert list(RULES["tests-grow"](Course(two_stages, load(two_stages)))) == []
    manifest.write_text(f'{text}[stage.retired]\n"{GONE}" = " "\n')
    assert "is retired without a reason" in broken(two_stages, "tests-grow")


def test_a_retired_test_is_gone(two_stages: Path, broken: Broken) -> None:
    """tests-grow: a reason without a retired test is refused."""
    manifest = two_stages / "course" / "stages.toml"
    manifest.write_text(f'{manifest.read_text()}[stage.retired]\n"{GONE}" = "Why."\n')
    assert f"{GONE} is retired and is not gone" in broken(two_stages, "tests-grow")
