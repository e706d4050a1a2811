"""Each rule about the README, broken in a copy of the repository."""

from pathlib import Path

import pytest

from course.check import RULES
from course.check.course import Course
from course.stages import load
from course.tests.conftest import Broken


@pytest.fixture
def readme(repository: Path) -> Path:
    """The README of a copy."""
    return repository / "README.md"


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
        "python manage.py announce",
        "python manage.py runserver --fast",
        "REDIS_URL=redis://127.0.0.1:6379 python manage.py flush",
        "A=1 B=2 make everything",
    ],
)
def test_an_unknown_command_is_named(
    repository: Path, readme: Path, broken: Broken, command: str
) -> None:
    """commands: what a reader is told to type exists, and something runs it."""
    readme.write_text(f"{readme.read_text()}\n```\n{command}\n```\n")
    assert f"README.md: it tells to type {command!r}" in broken(repository, "commands")


def test_each_line_of_a_block_for_the_shell_is_a_command(
    repository: Path, readme: Path, broken: Broken
) -> None:
    """commands: in a block of sh nothing is let through unknown, but a comment is."""
    readme.write_text(
        "```sh\n# why\nmake test  # all\nfrobnicate \\\n  --all\n```\n"
        "1. Cook:\n\n   ```sh\n   cook\n   ```\n"
    )
    said = broken(repository, "commands")
    assert "it tells to type 'frobnicate    --all'" in said
    assert "it tells to type 'cook'" in said
    assert said.count("it tells to type") == 2


@pytest.mark.parametrize(
    "command",
    [
        "make demo-1 PORT=9001",
        "make",
        "python -m course diff N --tests",
        "make test-N",
        "python manage.py runserver 8001",
        "python manage.py shell",
        'python manage.py announce "Tea, at four!"',
        "REDIS_URL=redis://127.0.0.1:6379 REDIS_LAYER=queue python manage.py runserver",
        "A=1 make test",
    ],
)
def test_a_known_command_is_accepted(
    repository: Path, readme: Path, command: str
) -> None:
    """commands: targets, commands and their options are known."""
    readme.write_text(f"{readme.read_text()}\nType `{command}`.\n")
    course = Course(repository, load(repository))
    assert list(RULES["commands"](course)) == []


def test_a_stage_tells_to_install_what_its_own_tests_need(
    two_stages: Path, broken: Broken
) -> None:
    """commands: what a later stage's tests need is not for an earlier stage."""
    manifest = two_stages / "course" / "stages.toml"
    manifest.write_text(
        manifest.read_text() + "for_tests = ['one; os_name > \"a\"', 'two']\n"
    )
    command = (
        "python -m pip install -r requirements.txt pytest pytest-asyncio pytest-django "
        "websockets one two"
    )
    for folder in ("notes", "gs1_basic", "gs2_next"):
        (two_stages / folder / "tests.md").write_text(f"Type `{command}`.\n")
    said = broken(two_stages, "commands")
    assert f"gs1_basic/tests.md: it tells to type {command!r}" in said
    assert "notes/tests.md" not in said
    assert "gs2_next/tests.md" not in said


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("[a](notes/none.md)", "notes/none.md"),
        ('<img src="notes/none.png">', "notes/none.png"),
        ("[a](#none)", "#none"),
        ("[a](gs1_basic/README.md#none)", "gs1_basic/README.md#none"),
    ],
)
def test_a_dead_link_is_named(
    repository: Path, readme: Path, broken: Broken, link: str, target: str
) -> None:
    """links: a link or picture that leads nowhere, or to no heading of its page."""
    readme.write_text(f"{readme.read_text()}\n{link}\n")
    said = broken(repository, "links")
    assert f"README.md: its link to {target} leads nowhere" in said


def test_a_link_to_a_heading_is_accepted(repository: Path, readme: Path) -> None:
    """links: an anchor is made of the heading as GitHub makes it."""
    readme.write_text("# Who is `there`, and why?\n\n[a](#who-is-there-and-why)\n")
    assert list(RULES["links"](Course(repository, load(repository)))) == []
