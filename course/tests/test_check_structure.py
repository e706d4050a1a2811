"""Each rule about files, broken in a copy of the repository."""

from pathlib import Path

import pytest

from course.check import RULES
from course.check.course import Course
from course.stages import load
from course.tests.conftest import Broken, change

# Those behind it look at the whole book, or run something.
QUICK = list(RULES)[: list(RULES).index("links")]

STATIC = [f"chat/static/chat/long.{kind}" for kind in ("js", "css")]


@pytest.mark.parametrize("rule", QUICK)
def test_an_intact_repository_breaks_no_rule(repository: Path, rule: str) -> None:
    """The positive control of all tests here: the copy itself is in order."""
    course = Course(repository, load(repository))
    assert [str(problem) for problem in RULES[rule](course)] == []


def test_a_stray_file_at_the_top_is_named(repository: Path, broken: Broken) -> None:
    """house: a file that does not belong at the top is named."""
    (repository / "notes.txt").touch()
    assert "notes.txt: it does not belong at the top" in broken(repository, "house")


def test_a_missing_file_of_the_house_is_named(repository: Path, broken: Broken) -> None:
    """house: a file of the house that is gone is named."""
    (repository / "LICENSE").unlink()
    assert "LICENSE: it is missing" in broken(repository, "house")


def test_a_stage_without_a_folder_is_named(two_stages: Path, broken: Broken) -> None:
    """manifest: a stage must have its folder."""
    (two_stages / "gs2_next").rename(two_stages / "elsewhere")
    assert "gs2_next has no folder" in broken(two_stages, "manifest")


def test_a_wrong_number_is_named(two_stages: Path, broken: Broken) -> None:
    """manifest: the folders are numbered in the order of the stages."""
    change(two_stages / "course" / "stages.toml", "gs2_next", "gs4_next")
    assert "stage 2 is called gs4_next" in broken(two_stages, "manifest")


def test_a_high_cap_needs_a_reason(two_stages: Path, broken: Broken) -> None:
    """manifest: a cap above the usual one is stated with its reason."""
    change(two_stages / "course" / "stages.toml", "minutes = 10", "minutes = 1\ncap=99")
    assert "a cap of 99 without a reason" in broken(two_stages, "manifest")


def test_minutes_are_needed(two_stages: Path, broken: Broken) -> None:
    """manifest: every stage says how long it takes."""
    change(two_stages / "course" / "stages.toml", "minutes = 10", "minutes = 0")
    assert "gs2_next lacks concept or minutes" in broken(two_stages, "manifest")


def test_a_missing_file_of_a_stage_is_named(repository: Path, broken: Broken) -> None:
    """layout: every stage has the files of a stage."""
    (repository / "gs1_basic" / "config" / "asgi.py").unlink()
    said = broken(repository, "layout")
    assert "gs1_basic/config/asgi.py: it is missing" in said


def test_a_stage_needs_a_page(repository: Path, broken: Broken) -> None:
    """layout: every stage has a page."""
    (repository / "gs1_basic/chat/templates/chat/index.html").unlink()
    assert "there is no page" in broken(repository, "layout")


def test_a_symbolic_link_is_refused(two_stages: Path, broken: Broken) -> None:
    """layout: stages are real copies, a link would not survive Windows or a zip."""
    copy = two_stages / "gs2_next" / "manage.py"
    copy.unlink()
    copy.symlink_to("../gs1_basic/manage.py")
    said = broken(two_stages, "layout")
    assert "gs2_next/manage.py: it is a symbolic link" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# as in gs1_basic", "names a stage: 'gs1_basic'"),
        ("# new in stage 3", "names a stage: 'stage 3'"),
        ("import os  # noqa", "lint pragma '# noqa'"),
        ("x = 1  # type: ignore", "lint pragma '# type: ignore'"),
        ("# Create your views here.", "generated comment"),
        ('print("hello")', "prints: 'print('"),
    ],
)
def test_what_a_stage_may_not_say(
    repository: Path, broken: Broken, text: str, said: str
) -> None:
    """names: the file and line of what a stage may not hold are named."""
    views = repository / "gs1_basic" / "chat" / "views.py"
    views.write_text(f"{text}\n{views.read_text()}")
    found = broken(repository, "names")
    assert "gs1_basic/chat/views.py:1" in found
    assert said in found


def test_the_secret_key_is_read_from_the_environment(
    repository: Path, broken: Broken
) -> None:
    """secret-key: a key in the code alone is refused."""
    settings = repository / "gs1_basic" / "config" / "settings.py"
    settings.write_text(settings.read_text().replace("os.environ.get(", "str("))
    assert "not read from the environment first" in broken(repository, "secret-key")


def test_the_secret_key_is_the_same_in_all(two_stages: Path, broken: Broken) -> None:
    """secret-key: one development key, so that the diff of two stages is the lesson."""
    settings = two_stages / "gs2_next" / "config" / "settings.py"
    change(settings, "for-development-only", "for-other-development")
    assert "gs2_next/config/settings.py: its SECRET_KEY differs" in broken(
        two_stages, "secret-key"
    )


def test_a_long_module_of_the_course_is_named(repository: Path, broken: Broken) -> None:
    """modules: 400 lines are the limit."""
    path = repository / "course" / "long.py"
    path.write_text('"""Long."""\n' + "x = 1\n" * 400)
    assert "course/long.py: it has 401 lines" in broken(repository, "modules")


@pytest.mark.parametrize("name", ["chat/long.py", *STATIC])
def test_a_long_file_of_a_stage_is_named(
    two_stages: Path, broken: Broken, name: str
) -> None:
    """modules: a file of a stage has 200 lines at most, whatever its language."""
    path = two_stages / "gs2_next" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n" * 201)
    assert f"gs2_next/{name}: it has 201 lines" in broken(two_stages, "modules")


def test_a_function_without_docstring_is_named(
    repository: Path, broken: Broken
) -> None:
    """modules: what is public in course/ says what it does."""
    (repository / "course" / "bare.py").write_text("def bare():\n    return 1\n")
    said = broken(repository, "modules")
    assert "course/bare.py: it has no docstring" in said
    assert "course/bare.py:1: bare has no docstring" in said
