"""What a run of suites shows on a terminal, and how Ctrl-C ends it."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.tests.gate import Gate

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are not on Windows", allow_module_level=True)

from course.tests.terminal import Terminal, terminal


@pytest.fixture(autouse=True)
def without_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not on CI."""
    monkeypatch.delenv("CI", raising=False)


@contextlib.contextmanager
def running(
    root: Path, tests: str, columns: int = 100
) -> Iterator[tuple[Terminal, Gate]]:
    """Run these tests in place of the first stage's.

    Args:
        root: A copy of the repository.
        tests: They may use the helpers of course/tests/gate.py.
        columns: The width of the terminal.

    Returns:
        The terminal on which they run, and the gate at which they wait.
    """
    folder = root / "gs1_basic" / "tests"
    for path in folder.glob("*.py"):
        path.unlink()
    with Gate() as gate:
        (folder / "test_it.py").write_text(gate.helpers + tests)
        with terminal(["test", "1"], root, columns) as screen:
            yield screen, gate


def test_what_runs_is_shown_while_it_runs(repository: Path) -> None:
    """How many tests are done, of how many; a line remains of it at the end."""
    tests = "def test_a(): pass\ndef test_b(): assert 0\ndef test_c(): wait()\n"
    with running(repository, tests) as (screen, gate):
        waiting = gate.wait()
        screen.read_until("gs1_basic  2 of 3  1 failed, 1 passed  0:0")
        waiting.close()
        assert "gs1_basic: 1 failed, 2 passed in " in screen.read_until("Failed tests")
        assert screen.wait() == 1


def test_a_narrow_terminal_shortens_the_name_alone(repository: Path) -> None:
    """The counts and the time are whole, and one line stays one line."""
    tests = "def test_a(): pass\ndef test_b(): assert 0\ndef test_c(): wait()\n"
    with running(repository, tests, columns=43) as (screen, gate):
        gate.wait()
        screen.read_until("gs1_b…  2 of 3  1 failed, 1 passed  0:0")


@pytest.mark.parametrize(
    ("end", "status"), [("Ctrl-C", 130), ("SIGTERM", 143), ("hang up", 129)]
)
def test_every_end_ends_every_process(repository: Path, end: str, status: int) -> None:
    """The suite, and a process in a session of its own that it has started."""
    tests = "def test_it():\n    start_child()\n    wait()\n"
    with running(repository, tests) as (screen, gate):
        both = [gate.wait(), gate.wait()]
        if end == "Ctrl-C":
            screen.type("\x03")
        elif end == "SIGTERM":
            os.kill(screen.process.pid, signal.SIGTERM)
        else:
            screen.hang_up()
        assert [each.recv(1) for each in both] == [b"", b""]
        assert screen.wait() == status


def test_ctrl_c_says_what_had_been_done(repository: Path) -> None:
    """The counts so far, what failed and what was running; and no traceback of ours."""
    tests = "def test_a(): pass\ndef test_b(): assert 0, 'zero'\ndef test_c(): wait()\n"
    with running(repository, tests) as (screen, gate):
        gate.wait()
        screen.type("\x03")
        said = screen.read_until("1 passed, 1 failed in ")
        assert screen.wait() == 130
    assert "interrupted, while tests/test_it.py::test_c was running" in said
    assert "AssertionError: zero" in said
    assert "Traceback" not in said
