"""Which project the doctor examines, and which of its files it reads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from course.doctor.command import main
from course.doctor.project import source
from course.doctor.project.examine import examine_project
from course.doctor.project.source import find_project, read_sources
from course.environment import ROOT
from course.errors import CourseError
from course.tests.channels_project import examine, only, write, write_project
from course.tests.conftest import change

WRONG = """
import time
from channels.generic.websocket import AsyncWebsocketConsumer

class Elsewhere(AsyncWebsocketConsumer):
    async def receive(self, text_data=None, bytes_data=None):
        time.sleep(1)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without a mistake."""
    return write_project(tmp_path / "project")


def test_the_one_project_below_a_folder_is_meant(project: Path) -> None:
    """A repository has its project in a folder, and perhaps an environment."""
    assert find_project(project.parent) == project
    assert find_project(project / "manage.py") == project


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "There is no manage.py in"),
        (["one/manage.py", "two/manage.py"], "There are 2 projects below"),
    ],
)
def test_which_project_must_be_clear(
    tmp_path: Path, names: list[str], said: str
) -> None:
    """None, or several: a sentence says so."""
    for name in names:
        write(tmp_path, name, "")
    with pytest.raises(CourseError, match=said):
        find_project(tmp_path)


def test_a_folder_that_is_not_there_is_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The exit status is that of a wrong command line."""
    assert main([str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.startswith("There is no folder")


def test_a_project_without_channels_is_a_sentence(tmp_path: Path) -> None:
    """Nothing can be said of it."""
    write(tmp_path, "manage.py", "")
    write(tmp_path, "mysite/settings.py", 'INSTALLED_APPS = ["blog"]\n')
    with pytest.raises(CourseError, match="does not use Channels"):
        examine_project(tmp_path)


@pytest.mark.parametrize(
    "folder",
    [".venv/lib", "node_modules/x", "tests", "chat/migrations", "lib/site-packages/x"],
)
def test_what_is_not_the_projects_own_is_not_read(project: Path, folder: str) -> None:
    """Packages, tests and migrations are left out."""
    write(project, f"{folder}/consumers.py", WRONG)
    write(project, f"{folder}/broken.py", "def\n")
    assert examine(project) == []


def test_an_environment_by_any_name_is_not_read(project: Path) -> None:
    """It is known by its pyvenv.cfg."""
    write(project, "mine/pyvenv.cfg", "")
    write(project, "mine/lib/broken.py", "def\n")
    assert examine(project) == []


def test_a_syntax_error_is_a_finding_with_its_line(project: Path) -> None:
    """What else is wrong in other files is said, too."""
    write(project, "chat/broken.py", "import os\n\ndef room(:\n")
    write(project, "chat/elsewhere.py", WRONG)
    first, second = examine(project)
    assert "chat/broken.py:3: Python 3." in first.cause
    assert "Elsewhere.receive()" in second.symptom


def test_what_may_stand_in_a_broken_file_is_not_missed(project: Path) -> None:
    """The handler of an event may be there: nothing is said of it."""
    change(project / "chat/views.py", "chat.message", "chat.other")
    assert "no method chat_other" in only(project).cause
    write(project, "chat/broken.py", "def chat_other(:\n")
    assert "SyntaxError" in only(project).symptom


@pytest.mark.parametrize("content", [b"\0", b"'\xe4'\n", b"# coding: nonsense\n"])
def test_a_file_that_is_no_text_is_a_finding(project: Path, content: bytes) -> None:
    """A byte of zero, another encoding than it says, an unknown one."""
    (project / "chat" / "odd.py").write_bytes(content)
    assert "chat/odd.py" in only(project).cause


def test_another_encoding_is_read(project: Path) -> None:
    """As the file declares it; the same with a byte order mark."""
    text = WRONG.replace("Elsewhere", "Käse")
    latin = f"# -*- coding: latin-1 -*-\n{text}".encode("latin-1")
    (project / "chat" / "latin.py").write_bytes(latin)
    (project / "chat" / "marked.py").write_bytes(text.encode("utf-8-sig"))
    found = [finding.symptom for finding in examine(project)]
    assert found == ["Everybody waits while Käse.receive() works"] * 2


def test_deep_nesting_does_not_end_the_doctor(project: Path) -> None:
    """Python cannot read it either."""
    write(project, "chat/deep.py", f"x = {'(' * 5000}{')' * 5000}\n")
    assert "chat/deep.py" in only(project).cause


def test_a_long_sum_does_not_end_the_doctor(project: Path) -> None:
    """Its tree is as deep as it is long; what stands behind it is still found."""
    text = f"{WRONG}        return {' + '.join(['text_data'] * 1500)}\n"
    write(project, "chat/long.py", text)
    assert "Elsewhere.receive()" in only(project).symptom


def test_the_folder_one_is_in_may_be_meant(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its requirements are found, too, and those of the folder above it."""
    change(project / "mysite/settings.py", '    "daphne",\n', "")
    (project.parent / "requirements.txt").write_text("channels\nuvicorn\n")
    monkeypatch.chdir(project)
    assert examine(Path()) == []


def test_a_huge_tree_is_read_in_part(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so, and does not say that something is missing."""
    monkeypatch.setattr(source, "MOST_FILES", 6)
    change(project / "chat/views.py", "chat.message", "chat.other")
    seen, findings = examine_project(project)
    assert not read_sources(project).is_whole
    assert "more than that are not read" in dict(seen)["Files"]
    assert findings == []


def test_nothing_of_a_project_is_run(project: Path) -> None:
    """Nor written: a module that would leave a file leaves none."""
    text = "open('ran', 'w').close()\nraise SystemExit(3)\n"
    for name in ("manage.py", "mysite/settings.py", "chat/consumers.py"):
        path = project / name
        path.write_text(text + path.read_text())
    before = sorted(project.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "course", "doctor", str(project)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("Nothing is wrong.\n")
    assert sorted(project.rglob("*")) == before


def test_a_finding_is_printed_with_its_entry(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Symptom, cause with its place, remedy, and where the book has more."""
    change(project / "chat/routing.py", ".as_asgi()", "")
    assert main([str(project)]) == 1
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    start = next(i for i, line in enumerate(lines) if line.startswith("1. Symptom: "))
    assert lines[start + 1].startswith("Cause:   chat/routing.py:5: ")
    assert lines[start + 2].startswith("Remedy:  write consumers.ChatConsumer.as_asgi")
    anchor = "takes-no-arguments-at-the-first-connection"
    assert lines[start + 3] == f"See:     notes/symptoms.md#{anchor}"
    assert lines[-1] == "1 problem found."


def test_a_closed_pipe_is_no_traceback(project: Path) -> None:
    """python -m course doctor PATH | head"""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "course", "doctor", str(project)],
        cwd=ROOT,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_terminal_without_these_letters_is_no_traceback(project: Path) -> None:
    """They are written as Python escapes them."""
    write(project, "chat/elsewhere.py", WRONG.replace("Elsewhere", "Käse"))
    done = subprocess.run(
        [sys.executable, "-m", "course", "doctor", str(project)],
        cwd=ROOT,
        env={"PATH": "", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert r"K\xe4se.receive()" in done.stdout
