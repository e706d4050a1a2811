"""Each rule about the README, broken in a copy of the repository."""

from pathlib import Path

import pytest

from course.check import RULES, texts
from course.check.course import Course
from course.stages import load
from course.tests.conftest import Broken, change


@pytest.fixture
def readme(repository: Path) -> Path:
    """The README of a copy that is in order."""
    texts.fix(Course(repository, load(repository)))
    return repository / "README.md"


def test_a_stale_table_is_named(repository: Path, readme: Path, broken: Broken) -> None:
    """readme: the table is the one that stages.toml gives."""
    change(repository / "course" / "stages.toml", "minutes = ", "minutes = 9")
    assert "its table of stages is not up to date" in broken(repository, "readme")


def test_fix_writes_the_table_anew(repository: Path, readme: Path) -> None:
    """readme: after --fix the rule holds again, and nothing else has changed."""
    before = readme.read_text()
    change(readme, "| stage | idea |", "| phase | idea |")
    texts.fix(Course(repository, load(repository)))
    assert readme.read_text() == before


def test_a_long_readme_is_refused(
    repository: Path, readme: Path, broken: Broken
) -> None:
    """readme: 150 lines are the limit."""
    readme.write_text(readme.read_text() + "\n" * 100)
    assert "more than 150 lines" in broken(repository, "readme")


@pytest.mark.parametrize(
    "command",
    [
        "make demo-7",
        "make everything",
        "python -m course play 1",
        "python -m course demo 1 --fast",
        "pip install channels",
        "python manage.py migrate --fake",
    ],
)
def test_an_unknown_command_is_named(
    repository: Path, readme: Path, broken: Broken, command: str
) -> None:
    """commands: what a reader is told to type exists, and something runs it."""
    readme.write_text(f"{readme.read_text()}\n```\n{command}\n```\n")
    assert f"README.md: it tells to type {command!r}" in broken(repository, "commands")


@pytest.mark.parametrize(
    "command",
    ["make demo-1 PORT=9001", "make", "python -m course diff N --tests", "make test-N"],
)
def test_a_known_command_is_accepted(
    repository: Path, readme: Path, command: str
) -> None:
    """commands: targets, commands and their options are known."""
    readme.write_text(f"{readme.read_text()}\nType `{command}`.\n")
    course = Course(repository, load(repository))
    assert list(RULES["commands"](course)) == []


@pytest.mark.parametrize("link", ["[a](notes/none.md)", '<img src="notes/none.png">'])
def test_a_dead_link_is_named(
    repository: Path, readme: Path, broken: Broken, link: str
) -> None:
    """links: a link or picture that leads nowhere."""
    readme.write_text(f"{readme.read_text()}\n{link}\n")
    assert "README.md: its link to notes/none." in broken(repository, "links")
