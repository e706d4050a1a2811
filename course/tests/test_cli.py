"""The command line and the manifest: what is wrong is said in a sentence."""

import argparse
import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course.cli import build_parser, main, port_number, seconds
from course.environment import ROOT, run_in_environment
from course.errors import CourseError
from course.stages import load

COMMANDS = [
    action
    for action in build_parser()._actions
    if isinstance(action, argparse._SubParsersAction)
][0].choices


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    """A command that is there is documented, as a target or as itself."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"make {command}" in text or f"-m course {command}" in text


@pytest.mark.parametrize("text", ["", "x", "-1", "65536", "1.5", "²"])
def test_a_wrong_port_is_refused(text: str) -> None:
    """A port is a number from 0 to 65535."""
    with pytest.raises(argparse.ArgumentTypeError, match="is no port"):
        port_number(text)


@pytest.mark.parametrize("text", ["x", "-1", "nan", "inf", "3600"])
def test_a_wrong_pace_is_refused(text: str) -> None:
    """A pace is a number of seconds below an hour."""
    with pytest.raises(argparse.ArgumentTypeError, match="is no time"):
        seconds(text)


def test_an_unknown_stage_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """A stage that is not there: exit status 2 and one line."""
    assert main(["diff", "99"]) == 2
    assert capsys.readouterr().err.startswith("There is no stage 99. There are: 1 (")


def test_an_unknown_rule_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """A rule that is not there: exit status 2 and the names of all."""
    assert main(["check", "nonsense"]) == 2
    assert "There is no rule 'nonsense'" in capsys.readouterr().err


def test_a_wrong_flag_shows_the_usage_of_its_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The usage of another command, or of all, would not help."""
    with pytest.raises(SystemExit) as exit:
        main(["demo", "2", "--foo"])
    assert exit.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("usage: python -m course demo ")
    assert said.endswith("demo: error: unrecognized arguments: --foo\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_is_its_own(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """--help behind a command is about that command."""
    with pytest.raises(SystemExit) as exit:
        main([command, "--help"])
    assert exit.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: python -m course {command} ")


def test_demo_alone_lists_the_demos(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each stage: how to start its demo, its name and its idea."""
    assert main(["demo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    stages = load(ROOT)
    for stage, line in zip(stages, lines, strict=False):
        assert line.split() == [
            "make", f"demo-{stage.number}", stage.name, *stage.concept.split()
        ]  # fmt: skip
    assert "python -m course demo N" in lines[len(stages) + 1]


# A pipe that nobody reads any more, as after `| head`, is what standard output is.
UNREAD = """
import os, sys
reader, writer = os.pipe()
os.close(reader)
os.dup2(writer, 1)
"""


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["diff", "2"], 0),
        (["check", "--list"], 0),
        (["demo"], 0),
        (["demo", "--help"], 0),
        (["check", "names"], 141),
        (["demo", "1", "--port", "0"], 141),
    ],
)
def test_a_closed_pipe_is_no_traceback(command: list[str], status: int) -> None:
    """A text was read as far as anybody wanted; a check has no result without its
    end, and gets the status of a program that a closed pipe ends."""
    code = f"{UNREAD}from course.cli import main; raise SystemExit(main({command}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == status


def test_a_pipe_that_is_closed_during_a_demo_is_no_traceback() -> None:
    """The next row of the timeline ends the demo, which says nothing about it."""
    command = [sys.executable, "-m", "course", "demo", "1", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


@pytest.mark.skipif(sys.platform == "win32", reason="it needs a POSIX shell")
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_a_closed_standard_stream_does_no_harm(closed: str) -> None:
    """What is printed goes nowhere, and into no file that is opened later."""
    command = f"{sys.executable} -m course check names {closed}"
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# Ctrl-C while a command is set up or imports what it needs, before it can say anything.
CTRL_C = """
import runpy, sys, course.environment
def interrupt(arguments): raise KeyboardInterrupt
course.environment.run_in_environment = interrupt
runpy.run_module("course", run_name="__main__")
"""


@pytest.mark.parametrize(("variables", "status"), [({}, 130), ({"MAKELEVEL": "1"}, 0)])
def test_make_says_nothing_after_ctrl_c(variables: dict[str, str], status: int) -> None:
    """make ends by its own Ctrl-C; from us it hears of no error. Without make, the
    status is 130."""
    inherited = {k: v for k, v in os.environ.items() if k != "MAKELEVEL"}
    done = subprocess.run(
        [sys.executable, "-c", CTRL_C], cwd=ROOT, env={**inherited, **variables},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == status


def test_an_old_python_is_told_so() -> None:
    """Python below 3.11 gets one sentence with the remedy."""
    code = (
        "import sys, runpy; sys.version_info = (3, 9, 1); "
        "runpy.run_module('course', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Python 3.11 is needed, this is 3.9.")
    assert done.stderr.count("\n") == 1


def test_the_entry_point_is_python_2() -> None:
    """Python 2.7 reads the file that says that it is too old: no annotation, no
    formatted string, no argument after *arguments, no keyword of Python 3 alone."""
    text = (ROOT / "course" / "__main__.py").read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        assert not isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.Nonlocal)
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None
            assert not any(argument.annotation for argument in node.args.args)
            assert not node.args.kwonlyargs
        if isinstance(node, ast.Call):
            stars = [isinstance(each, ast.Starred) for each in node.args]
            assert not any(stars[:-1])
        if isinstance(node, ast.Raise):
            assert node.cause is None
    assert text.isascii()


def test_the_settings_of_the_users_shell_are_not_the_stages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DJANGO_SETTINGS_MODULE of a project of one's own does not reach the stages."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "mysite.settings")
    assert run_in_environment(["setup"]) == 0
    assert "DJANGO_SETTINGS_MODULE" not in os.environ


def test_the_doctor_speaks_of_the_settings_of_the_users_shell() -> None:
    """Once, as the cause, with the remedy: the stage itself is read without them."""
    done = subprocess.run(
        [sys.executable, "-m", "course", "doctor", "1"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "mysite.settings"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.count("mysite") == 1, done.stderr
    assert "Remedy:  unset DJANGO_SETTINGS_MODULE." in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[stage", "cannot be used"),
        ('[[stage]]\nname = "gs1_basic"\n', "cannot be used"),
        ('[[stage]]\nname = "a"\nconcept = "b"\nminutes = 1\ncolour = 2', "colour"),
        ("", "names no stage"),
    ],
)
def test_a_wrong_manifest_is_a_sentence(repository: Path, text: str, said: str) -> None:
    """stages.toml that cannot be used is said in one sentence."""
    (repository / "course" / "stages.toml").write_text(text)
    with pytest.raises(CourseError, match=said):
        load(repository)


def test_make_lists_its_targets() -> None:
    """make alone prints a line for each target."""
    command = ["make", "--no-print-directory"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    names = [line.split()[1] for line in done.stdout.splitlines()]
    assert names == [
        "help", "setup", "demo", "demo-N", "test", "test-browser", "test-N", "check",
        "notes", "bench", "diff-N", "doctor",
    ]  # fmt: skip
