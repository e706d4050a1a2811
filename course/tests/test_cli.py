"""The command line and the manifest: what is wrong is said in a sentence."""

import argparse
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
        "help", "setup", "demo-N", "test", "test-browser", "test-N", "check",
        "notes", "bench", "diff-N", "doctor",
    ]  # fmt: skip
