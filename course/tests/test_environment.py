"""The virtual environment: made whole or not at all, once."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from course.environment import NEW, ROOT, ensure, environment_python, is_ready
from course.errors import CourseError

SET_UP = (
    "import sys; from pathlib import Path; from course import environment as e; "
    "e.ROOT = Path({!r}); raise SystemExit(e.run_in_environment(['setup']))"
)


def block(name: str) -> str:
    """Return a package's pin and hashes from the lock."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    match = re.search(rf"^{name}==.*\n(?:[ ]+.*\n)*", text, re.MULTILINE)
    assert match
    return match[0]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository that needs one small package, and uv to install it."""
    (tmp_path / "requirements.txt").write_text(block("iniconfig") + block("uv"))
    return tmp_path


@pytest.fixture
def without_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without uv: it is bootstrapped with pip."""
    which = shutil.which
    monkeypatch.setattr(
        "shutil.which", lambda name: None if name == "uv" else which(name)
    )


@pytest.mark.usefixtures("without_uv")
def test_it_is_made_once_and_works(root: Path) -> None:
    """The packages can be imported, their commands run, and nothing else is left."""
    said: list[str] = []
    ensure(root, said.append)
    assert [line.split()[0] for line in said] == ["Setting", "Set"]
    assert is_ready(root)
    python = environment_python(root / ".venv")
    subprocess.run([python, "-c", "import iniconfig"], check=True)
    uv = python.with_name("uv.exe" if os.name == "nt" else "uv")
    subprocess.run([uv, "--version"], check=True, stdout=subprocess.DEVNULL)
    assert sorted(path.name for path in root.iterdir()) == [".venv", "requirements.txt"]
    ensure(root, said.append)
    assert len(said) == 2


def test_it_is_made_anew_when_the_requirements_change(root: Path) -> None:
    """A changed requirements.txt gives a new environment, without what is gone."""
    ensure(root, lambda line: None)
    (root / "requirements.txt").write_text(block("packaging") + block("uv"))
    assert not is_ready(root)
    ensure(root, lambda line: None)
    python = environment_python(root / ".venv")
    subprocess.run([python, "-c", "import packaging"], check=True)
    gone = subprocess.run([python, "-c", "import iniconfig"], capture_output=True)
    assert gone.returncode == 1
    assert [path.name for path in root.glob(".venv*")] == [".venv"]


@pytest.mark.usefixtures("without_uv")
def test_what_is_for_another_system_is_left_out(root: Path) -> None:
    """A pin with a marker is installed, hash checked, only where the marker holds."""
    path = root / "requirements.txt"
    path.write_text(block("colorama") + path.read_text())
    ensure(root, lambda line: None)
    python = environment_python(root / ".venv")
    done = subprocess.run([python, "-c", "import colorama"], capture_output=True)
    assert (done.returncode == 0) == (sys.platform == "win32")


def test_a_wrong_hash_is_refused(root: Path) -> None:
    """A package that is not the pinned one is not installed; nothing is left behind."""
    path = root / "requirements.txt"
    path.write_text(re.sub("sha256:[0-9a-f]{4}", "sha256:0000", path.read_text()))
    with pytest.raises(CourseError, match="Set-up failed at"):
        ensure(root, lambda line: None)
    assert [path.name for path in root.iterdir()] == ["requirements.txt"]


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows sends no SIGINT to a child"
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_set_up_leaves_nothing(root: Path, number: int) -> None:
    """Ctrl-C and SIGTERM take away what was half made, and say so in a sentence."""
    process = subprocess.Popen(
        [sys.executable, "-c", SET_UP.format(str(root))],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("Setting up .venv")
    process.send_signal(number)
    process.send_signal(signal.SIGINT)  # an impatient user
    assert "Nothing was left behind" in process.stderr.read()
    assert process.wait() in (128 + number, 128 + signal.SIGINT)
    process.stderr.close()
    assert [path.name for path in root.iterdir()] == ["requirements.txt"]


def test_what_a_killed_set_up_left_is_swept(root: Path) -> None:
    """After kill -9 there is no .venv, and the rest goes with a later set-up."""
    leftover = root / f"{NEW}killed"
    leftover.mkdir()
    os.utime(leftover, (0, 0))
    ensure(root, lambda line: None)
    assert not leftover.exists()


def test_a_broken_environment_is_made_anew(root: Path) -> None:
    """An environment whose Python is gone is not ready."""
    ensure(root, lambda line: None)
    environment_python(root / ".venv").unlink()
    assert not is_ready(root)
    ensure(root, lambda line: None)
    assert is_ready(root)


@pytest.mark.usefixtures("without_uv")
def test_requirements_without_uv_are_a_sentence(root: Path) -> None:
    """Without a pinned uv there is nothing to bootstrap with, and that is said."""
    (root / "requirements.txt").write_text(block("iniconfig"))
    with pytest.raises(CourseError, match="does not pin uv"):
        ensure(root, lambda line: None)
