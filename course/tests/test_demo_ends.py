"""However a demo is ended, it ends what it started."""

import re
import signal
import socket
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from course.environment import ROOT
from course.process_tree import descendants

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are not on Windows", allow_module_level=True)

from course.tests.programs import program
from course.tests.terminal import Terminal, terminal

DEMO = ["demo", "1", "--port", "0"]
STARTING, WAITING, UP = "gs1_basic", "Enter: go on", "Ctrl-C ends it"
PAGE = re.compile(r"http://127\.0\.0\.1:(\d+)/")


def alive(pid: int) -> bool:
    """Return whether a process is there and is no zombie."""
    state = subprocess.run(
        [program("ps"), "-o", "stat=", "-p", str(pid)], capture_output=True, text=True
    ).stdout
    return bool(state.strip()) and not state.startswith("Z")


@pytest.mark.parametrize("moment", [STARTING, WAITING, UP])
@pytest.mark.parametrize("end", ["Ctrl-C", "SIGTERM", "hang up"])
def test_every_end_ends_every_process(moment: str, end: str) -> None:
    """Ctrl-C, SIGTERM and a closed terminal, at any moment, leave no process behind.

    The status is 0 for a Ctrl-C that the screen offers, else 128 and the signal's
    number.
    """
    # With a pace nothing waits for Enter: Ctrl-C is an interruption then.
    options = {STARTING: ["--pace", "60"], WAITING: [], UP: ["--auto"]}[moment]
    with terminal([*DEMO, *options], ROOT) as screen:
        screen.read_until(moment)
        started = descendants(screen.process.pid)
        assert started
        if end == "Ctrl-C":
            screen.type("\x03")
            status = 130 if moment == STARTING else 0
        elif end == "hang up":
            screen.hang_up()
            status = 129
        else:
            screen.process.send_signal(signal.SIGTERM)
            status = 143
        assert screen.wait() == status
        assert [pid for pid in started if alive(pid)] == []
        if end != "hang up":
            assert termios.tcgetattr(screen.slave) == screen.before
    assert "Traceback" not in screen.screen


# Where demo 4 is: in memory, while its servers start anew, while a command runs, after
# Valkey was stopped, at the end of the story.
MOMENTS = {"enters": 1, "anew": 5, "command": 8, "lost": 9, "up": 12}


@pytest.mark.usefixtures("valkey")
@pytest.mark.parametrize(
    ("end", "moment"),
    [
        *(("kill -9", moment) for moment in MOMENTS),
        ("Ctrl-C", "anew"),
        ("Ctrl-C", "command"),
        ("SIGTERM", "lost"),
    ],
)
def test_two_servers_and_valkey_end_too(
    end: str, moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the demo of many processes ends, none of them is left, nor its files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with terminal(["demo", "4", "--port", "0"], ROOT) as screen:
        for step in range(1, min(MOMENTS[moment], 11) + 1):
            screen.read_until(f"\n{step}. ")
            screen.read_until(WAITING)
            screen.screen = ""
            screen.type("\n")
        screen.read_until(UP if moment == "up" else "channel layer\n")
        assert len(descendants(screen.process.pid)) >= 2
        end_without_a_trace(screen, end, tmp_path)


@pytest.mark.usefixtures("valkey")
@pytest.mark.parametrize(
    ("end", "moment"),
    [("kill -9", "made"), ("kill -9", WAITING), ("Ctrl-C", "made"), ("SIGTERM", UP)],
)
def test_a_database_goes_too(
    end: str, moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However a demo with a database ends, while that is made or later, it goes."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    options = ["--auto"] if moment == UP else []
    with terminal(["demo", "5", "--port", "0", *options], ROOT) as screen:
        deadline = time.monotonic() + 20
        while not list(tmp_path.glob("gs5_auth-*")):
            assert time.monotonic() < deadline, "no database is made"
            time.sleep(0.05)
        for text in () if moment == "made" else ("\n1. ", moment):
            screen.read_until(text)
        end_without_a_trace(screen, end, tmp_path)


def end_without_a_trace(screen: Terminal, end: str, files: Path) -> None:
    """End a demo; no process is left, and nothing in the folder of its files."""
    started = descendants(screen.process.pid)
    if end == "Ctrl-C":
        screen.type("\x03")
    else:
        number = signal.SIGTERM if end == "SIGTERM" else signal.SIGKILL
        screen.process.send_signal(number)
    screen.wait()
    deadline = time.monotonic() + (10 if end == "kill -9" else 0)
    while left := [pid for pid in started if alive(pid)]:
        assert time.monotonic() < deadline, f"processes are left: {left}"
    while found := list(files.iterdir()):
        assert time.monotonic() < deadline, f"files are left: {found}"
    assert "Traceback" not in screen.screen


def test_a_killed_demo_takes_its_server_along() -> None:
    """After kill -9 the server sees the end of its input and ends by itself."""
    with terminal([*DEMO, "--auto"], ROOT) as screen:
        port = int(PAGE.findall(screen.read_until(UP))[-1])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            screen.process.kill()
            # The server holds this connection; its end is the end of the server.
            assert connection.recv(1) == b""


@pytest.mark.parametrize("end", ["kill", "Ctrl-C twice"])
def test_a_busy_sync_handler_does_not_keep_its_server(end: str) -> None:
    """Daphne alone would wait for the handler for ever; the demo's server does not."""
    with terminal(["demo", "2", "--port", "0"], ROOT) as screen:
        for step in range(1, 5):
            screen.read_until(f"\n{step}. ")
            screen.read_until(WAITING)
            screen.screen = ""
            screen.type("\n")
        screen.read_until('websocket.send "1"')  # the first of three countdowns
        started = descendants(screen.process.pid)
        if end == "kill":
            screen.process.kill()
        else:
            screen.type("\x03")
            screen.type("\x03")
        screen.wait()
        deadline = time.monotonic() + 10
        while any(map(alive, started)):
            assert time.monotonic() < deadline, "a process is left"
