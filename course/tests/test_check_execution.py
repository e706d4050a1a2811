"""Each rule that runs something, broken in a copy of the repository."""

from pathlib import Path

from course.check import RULES
from course.check.course import Course
from course.stages import load
from course.tests.conftest import Broken, change

NEW = "tests/test_page.py::test_the_page_is_new"


def test_ruff_is_heard(repository: Path, broken: Broken) -> None:
    """ruff: what it finds is said, with the file."""
    (repository / "course" / "style.py").write_text('"""Style."""\n\nimport os\n')
    assert "course/style.py" in broken(repository, "ruff")


def test_mypy_is_heard(repository: Path, broken: Broken) -> None:
    """mypy: what it finds is said, with the file."""
    package = repository / "course"
    for other in package.rglob("*.py"):
        if other != package / "__init__.py":
            other.unlink()  # it would be looked at, too, which takes its time
    path = package / "types_of_mine.py"
    path.write_text('"""Types."""\n\nNUMBER: int = "one"\n')
    assert "course/types_of_mine.py:3" in broken(repository, "mypy").replace("\\", "/")


def test_django_is_heard(repository: Path, broken: Broken) -> None:
    """django: what manage.py check finds is said."""
    settings = repository / "gs1_basic" / "config" / "settings.py"
    change(settings, '    "daphne",', '    "django.contrib.staticfiles", "daphne",')
    change(settings, '    "django.contrib.staticfiles",\n    "chat"', '    "chat"')
    assert "daphne.E001" in broken(repository, "django")


def test_a_missing_migration_is_named(repository: Path, broken: Broken) -> None:
    """django: a model without its migration is found."""
    stage = repository / "gs1_basic"
    (stage / "chat" / "models.py").write_text(
        "from django.db import models\n\n\nclass Room(models.Model):\n    pass\n"
    )
    settings = stage / "config" / "settings.py"
    settings.write_text(
        settings.read_text() + "\nDATABASES = {'default': {'ENGINE': "
        "'django.db.backends.sqlite3', 'NAME': ':memory:'}}\n"
    )
    assert "makemigrations chat --check" in broken(repository, "django")


def test_a_changed_behaviour_changes_the_transcript(
    repository: Path, broken: Broken
) -> None:
    """demos: a stage that behaves differently no longer gives its transcript."""
    routing = repository / "gs1_basic" / "chat" / "routing.py"
    change(routing, "consumers.SyncLogConsumer.as", "consumers.AsyncLogConsumer.as")
    said = broken(repository, "demos")
    assert "notes/transcripts/gs1_basic.txt: the story no longer gives it" in said
    assert "+connect /ws/sc/" in said
    assert "demo 1 --record" in said


def test_a_story_that_fails_is_named(repository: Path, broken: Broken) -> None:
    """demos: an expectation that does not hold is a failure."""
    routing = repository / "gs1_basic" / "chat" / "routing.py"
    change(routing, 'path("ws/sc/"', 'path("ws/moved/"')
    assert "The story of gs1_basic failed" in broken(repository, "demos")


def test_new_tests_that_fail_before_are_fine(two_stages: Path) -> None:
    """new-tests-fail: the positive control, a test that asserts what is new."""
    course = Course(two_stages, load(two_stages))
    assert [str(problem) for problem in RULES["new-tests-fail"](course)] == []


def test_a_new_test_must_fail_on_the_stage_before(
    two_stages: Path, broken: Broken
) -> None:
    """new-tests-fail: a test that passes there shows nothing of this stage."""
    tests = two_stages / "gs2_next" / "tests" / "test_page.py"
    change(tests, '.headers.get("X-New") == "yes"', ".status_code == 200")
    said = broken(two_stages, "new-tests-fail")
    assert f"gs2_next/{NEW}: it passes on gs1_basic" in said


def test_a_new_test_must_fail_by_assertion(two_stages: Path, broken: Broken) -> None:
    """new-tests-fail: a test that dies there tells the learner nothing."""
    tests = two_stages / "gs2_next" / "tests" / "test_page.py"
    change(tests, '.headers.get("X-New")', '.headers["X-New"]')
    said = broken(two_stages, "new-tests-fail")
    assert f"gs2_next/{NEW}: it breaks instead of failing on gs1_basic" in said


def test_a_new_test_must_be_collected_there(two_stages: Path, broken: Broken) -> None:
    """new-tests-fail: imports of new modules stand inside the test."""
    tests = two_stages / "gs2_next" / "tests" / "test_page.py"
    tests.write_text("from chat import extra\n" + tests.read_text())
    said = broken(two_stages, "new-tests-fail")
    assert f"gs2_next/{NEW}: it cannot be collected on gs1_basic" in said


def test_a_stage_that_needs_more_than_it_lists_is_named(
    repository: Path, broken: Broken
) -> None:
    """standalone: a stage gets what it lists and no more."""
    stage = repository / "gs1_basic"
    for path in (stage / "tests").glob("test_*.py"):
        path.unlink()
    (stage / "tests" / "test_rich.py").write_text(
        'def test_rich():\n    """It is there."""\n    import rich\n'
    )
    said = broken(repository, "standalone")
    assert "gs1_basic: its tests fail in an environment of its own" in said
    assert "No module named 'rich'" in said


def test_costly_tests_are_left_to_make_test(repository: Path, broken: Broken) -> None:
    """standalone: what stages.toml calls costly is not run a second time."""
    stage = repository / "gs1_basic"
    for path in (stage / "tests").glob("test_*.py"):
        path.unlink()
    for name, package in (("quick", "json"), ("slow", "rich")):
        (stage / "tests" / f"test_{name}.py").write_text(
            f'def test_{name}():\n    """It is there."""\n    import {package}\n'
        )
    assert "No module named 'rich'" in broken(repository, "standalone")
    change(repository / "course" / "stages.toml", "test_server.py", "test_slow.py")
    assert list(RULES["standalone"](Course(repository, load(repository)))) == []
