"""Copies of the repository that a test may break."""

import asyncio
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course.check.course import Course
from course.environment import ROOT
from course.errors import CourseError
from course.stages import load
from course.valkey import Valkey

IGNORED = shutil.ignore_patterns("__pycache__", ".*_cache", "*.sqlite3*", ".venv*")
PAGES = shutil.ignore_patterns("*.md")
PACKAGES = shutil.ignore_patterns("lib", "lib64", "include", "Lib")
SECOND = """
[[stage]]
name = "gs2_next"
concept = "one thing more"
minutes = 10
changed = ["chat/views.py", "tests/test_page.py"]
new = ["chat/extra.py"]
"""
NEW_TEST = '''

def test_the_page_is_new(client):
    """The page says that it is new."""
    assert client.get("/").headers.get("X-New") == "yes"
'''


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the repository with its first stage alone."""
    root = tmp_path / "repository"
    root.mkdir()
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, root)
    for name in (".ci", ".github", "course", "gs1_basic"):
        shutil.copytree(ROOT / name, root / name, ignore=IGNORED)
    # Without the pages: they speak of every stage.
    shutil.copytree(ROOT / "notes", root / "notes", ignore=PAGES)
    manifest = root / "course" / "stages.toml"
    text = manifest.read_text(encoding="utf-8")
    first = text.index("[[stage]]")
    end = text.find("[[stage]]", first + 1)
    manifest.write_text(text[: end if end > 0 else None], encoding="utf-8")
    return root


@pytest.fixture
def without_packages(repository: Path) -> Path:
    """A copy of the repository whose .venv is ready, but holds no packages."""
    venv = repository / ".venv"
    shutil.copytree(ROOT / ".venv", venv, symlinks=True, ignore=PACKAGES)
    return repository


@pytest.fixture
def two_stages(repository: Path) -> Path:
    """A copy of the repository with a second stage: one view answers differently."""
    second = repository / "gs2_next"
    shutil.copytree(repository / "gs1_basic", second)
    (second / "chat" / "extra.py").write_text('"""More."""\n\nNAME = "X-New"\n')
    views = second / "chat" / "views.py"
    change(views, 'return render(request, "chat/index.html")', "return new(request)")
    views.write_text(
        views.read_text()
        + "\n\ndef new(request):\n"
        + '    """Show the page, marked as new."""\n'
        + '    response = render(request, "chat/index.html")\n'
        + '    response.headers["X-New"] = "yes"\n'
        + "    return response\n"
    )
    tests = second / "tests" / "test_page.py"
    tests.write_text(tests.read_text() + NEW_TEST)
    manifest = repository / "course" / "stages.toml"
    manifest.write_text(manifest.read_text() + SECOND)
    return repository


def change(path: Path, old: str, new: str) -> None:
    """Replace a text in a file, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


Broken = Callable[[Path, str], str]


@pytest.fixture
def broken() -> Broken:
    """Check one rule, which must be broken; return what is said about it."""

    def run(root: Path, rule: str) -> str:
        from course.check import RULES

        problems = list(RULES[rule](Course(root, load(root))))
        assert problems, f"{rule} found nothing"
        return "\n".join(map(str, problems))

    return run


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    """A Valkey that runs. Where there can be none, the test is skipped."""
    try:
        server = Valkey()
    except CourseError as error:
        pytest.skip(str(error))
    server.start()
    try:
        asyncio.run(server.wait_until_up())
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """Return a TCP port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
