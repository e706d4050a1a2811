"""What a run of suites shows while it lasts, and at its end."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from course.environment import ROOT
from course.progress import Progress, Run, run_suites
from course.tests.gate import TIMEOUT, Gate, suite

FAILS = '''
import pytest

def test_passes(): pass

@pytest.mark.parametrize("n", [1, 2, 3])
def test_counts(n):
    """It counts.

    And more.
    """
    local = "a local name"
    assert n < 2, "too many"

def test_breaks(): raise KeyError("a")
'''
SKIPS = """
import pytest
def test_a(): pass
@pytest.mark.parametrize("n", [1, 2])
def test_b(n): pytest.skip("no Redis")
"""
# What it prints is read through a pipe, as it is on CI.
MAIN = """
import sys
from pathlib import Path
from course.progress import run_suites
from course.suite import Suite
raise SystemExit(run_suites([Suite("mine", Path(sys.argv[1]))]))
"""


@pytest.fixture(autouse=True)
def without_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not on CI."""
    monkeypatch.delenv("CI", raising=False)


Said = pytest.CaptureFixture[str]


def test_the_last_line_has_the_counts(tmp_path: Path, capsys: Said) -> None:
    """What passed and failed, and how long it took."""
    assert run_suites([suite(tmp_path, FAILS)]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("2 passed, 3 failed in ")


def test_a_failure_is_shown_with_its_docstring_and_reason(
    tmp_path: Path, capsys: Said
) -> None:
    """Of its other parameters only what differs is repeated."""
    run_suites([suite(tmp_path / "gs1", FAILS)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        "FAILED  gs1/test_it.py::test_counts[2]",
        "        It counts.",
        "        AssertionError: too many",
        "FAILED  gs1/test_it.py::test_counts[3]",
        "FAILED  gs1/test_it.py::test_breaks",
    ]


def test_a_failed_test_is_listed_once(tmp_path: Path, capsys: Said) -> None:
    """At the end, with its docstring and how many of its cases failed."""
    run_suites([suite(tmp_path / "gs1", FAILS)])
    listed = capsys.readouterr().out.split("Failed tests:")[1]
    assert listed.splitlines()[2:5] == [
        "gs1/test_it.py::test_counts (2 of 3 cases failed)",
        "        It counts.",
        "gs1/test_it.py::test_breaks",
    ]
    assert "ARGS=-v" in listed


@pytest.mark.parametrize(
    ("verbose", "ci", "shown"), [(False, "", 0), (True, "", 2), (False, "true", 2)]
)
def test_tracebacks_are_shown_if_asked_for_and_on_ci(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Said,
    verbose: bool,
    ci: str,
    shown: int,
) -> None:
    """As pytest prints them, once for each case."""
    monkeypatch.setenv("CI", ci)
    run_suites([suite(tmp_path, FAILS)], verbose)
    assert capsys.readouterr().out.count('local = "a local name"') == shown


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_a_skip_fails_on_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ci: str, status: int
) -> None:
    """Skipping is not passing: on CI a skipped test is a failure."""
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr("sys.platform", "linux")
    assert run_suites([suite(tmp_path, SKIPS)]) == status


@pytest.mark.parametrize(("ci", "named"), [("", False), ("true", True)])
def test_a_reason_to_skip_is_shown_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said, ci: str, named: bool
) -> None:
    """With the number of its tests; on CI they are named."""
    monkeypatch.setenv("CI", ci)
    run_suites([suite(tmp_path, SKIPS)])
    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if "Redis" in line] == [
        "     2  no Redis"
    ]
    assert ("test_it.py::test_b[2]" in said) == named


@pytest.mark.parametrize(
    ("tests", "why"),
    [("", "there are no tests"), ("import no_such_module\n", "no_such")],
)
def test_no_test_is_no_success(
    tmp_path: Path, capsys: Said, tests: str, why: str
) -> None:
    """A suite without tests, or one that cannot be collected, fails and says why."""
    assert run_suites([suite(tmp_path, tests)]) == 1
    said = capsys.readouterr().out
    assert why in said
    assert said.splitlines()[-1].startswith("0 passed, 1 failed")


def test_a_suite_that_cannot_start_shows_what_pytest_printed(
    tmp_path: Path, capsys: Said
) -> None:
    """There is no test to name, and nothing else that tells the cause."""
    mine = suite(tmp_path, "def test_it(): pass\n")
    (tmp_path / "conftest.py").write_text("raise ValueError('my settings')\n")
    assert run_suites([mine]) == 1
    said = capsys.readouterr().out
    assert "ValueError: my settings" in said
    assert "pytest ended with exit status 4" in said


def test_each_suite_has_its_line_in_the_table(tmp_path: Path, capsys: Said) -> None:
    """In the order in which they were asked for, with their counts."""
    some = suite(tmp_path / "a", FAILS, "some"), suite(tmp_path / "b", SKIPS, "others")
    run_suites(some)
    table = [line.split() for line in capsys.readouterr().out.splitlines()[-5:-2]]
    assert [row[:-1] for row in table] == [
        ["suite", "passed", "failed", "skipped"],
        ["some", "2", "3", "0"],
        ["others", "1", "0", "2"],
    ]


def test_a_suite_that_hangs_costs_no_other_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    """It is said to have hung, in which test; what the others came to is kept."""
    ended = threading.Event()

    def show_end(progress: Progress, run: Run) -> None:
        original(progress, run)
        ended.set()

    original = Progress.show_end
    monkeypatch.setattr(Progress, "show_end", show_end)
    with Gate() as gate:

        def give_up() -> None:
            gate.wait()
            ended.wait(TIMEOUT)
            monkeypatch.setattr("course.suite.SLOWEST", 0)

        thread = threading.Thread(target=give_up)
        thread.start()
        hangs = f"{gate.helpers}def test_hangs(): wait()\n"
        good = suite(tmp_path / "good", "def test_it(): pass\n", "good")
        status = run_suites([good, suite(tmp_path / "bad", hangs, "bad")])
        thread.join()
    said = capsys.readouterr().out
    assert status == 1
    assert (
        "the suite hung and was ended after 0 s, while test_it.py::test_hangs" in said
    )
    assert "FAILED  bad/test_it.py::test_hangs" in said
    assert "good: 1 passed in" in said
    assert said.splitlines()[-1].startswith("1 passed, 1 failed")


def test_colours_that_are_forced_move_no_cursor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    """FORCE_COLOR asks for colours in a pipe, but not for a display that is redrawn."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    run_suites([suite(tmp_path, FAILS)])
    codes = re.findall(r"\x1b\[[0-9;?]*(.)", capsys.readouterr().out)
    assert set(codes) == {"m"}


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_without_a_terminal_each_line_comes_at_once(
    tmp_path: Path, encoding: str
) -> None:
    """A failure is said while the next test runs, without control codes, and whatever
    the alphabet of its docstring."""
    with Gate() as gate:
        tests = (
            f"{gate.helpers}def test_a():\n"
            "    '''It answers \\u2713.'''\n    assert 0\n"
            "def test_b(): wait()\n"
        )
        mine = suite(tmp_path, tests)
        with subprocess.Popen(
            [sys.executable, "-c", MAIN, str(mine.folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            encoding=encoding,
            env={**os.environ, "PYTHONIOENCODING": encoding},
        ) as process:
            assert process.stdout is not None
            waiting = gate.wait()
            first = process.stdout.readline()
            assert first.startswith("FAILED  ") and "::test_a" in first
            waiting.close()  # only now the next test, and the suite, can end
            rest = process.stdout.read()
        assert process.returncode == 1
    assert "\x1b" not in rest
    assert f"It answers {'?' if encoding == 'ascii' else chr(0x2713)}." in rest
