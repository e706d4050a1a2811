"""The demo as a process: it plays, it waits, and it ends what it started."""

import re
import socket
import sys
import termios
from pathlib import Path

import pytest

from course.environment import ROOT
from course.tests.conftest import change, free_port
from course.tests.direct import urlopen

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are not on Windows", allow_module_level=True)

from course.tests.terminal import run, terminal

DEMO = ["demo", "1", "--port", "0"]
WAITING, UP = "Enter: go on", "Ctrl-C ends it"
PAGE = re.compile(r"http://127\.0\.0\.1:(\d+)/")


def listens(port: int) -> bool:
    """Return whether anybody listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_without_a_terminal_it_runs_through() -> None:
    """Without a terminal nothing waits, and the status says that all went well."""
    done = run(DEMO)
    assert done.returncode == 0, done.stderr
    assert "websocket.disconnect 4001" in done.stdout
    assert "\x1b" not in done.stdout
    assert "The page is up" not in done.stdout


def test_enter_leads_through_the_story() -> None:
    """On a terminal each step waits for Enter; then the page is up until Ctrl-C."""
    with terminal(DEMO, ROOT) as screen:
        for step in range(1, 10):
            text = screen.read_until(f"\n{step}. ").split(f"\n{step}. ")[1]
            screen.read_until(WAITING)
            assert "─" not in text  # the step's rows come after Enter
            screen.screen = ""
            screen.type("\n")
        port = int(PAGE.findall(screen.read_until(UP))[-1])
        assert listens(port)
        screen.type("\x03")
        assert screen.wait() == 0
        assert not listens(port)
        assert termios.tcgetattr(screen.slave) == screen.before


def test_a_visitor_is_shown() -> None:
    """What is done on the page after the story appears in the timeline."""
    from websockets.sync.client import connect

    with terminal([*DEMO, "--auto"], ROOT) as screen:
        port = int(PAGE.findall(screen.read_until(UP))[-1])
        with connect(f"ws://127.0.0.1:{port}/ws/ac/", proxy=None) as websocket:
            websocket.send("from the page")
            screen.read_until('websocket.receive "from the page"')
        screen.read_until("websocket.disconnect 1000")
        screen.type("\x03")
        assert screen.wait() == 0


def test_a_visitor_in_the_middle_does_no_harm() -> None:
    """Whoever opens the page while the story plays is not part of it."""
    port = free_port()
    with terminal(["demo", "1", "--port", str(port)], ROOT) as screen:
        screen.read_until(WAITING)
        with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as response:
            assert response.status == 200
        screen.screen = ""
        for step in range(1, 10):
            screen.type("\n")
            screen.read_until(f"\n{step + 1}. " if step < 9 else UP)
            if step < 9:
                screen.read_until(WAITING)
                screen.screen = ""
        screen.type("\x03")
        assert screen.wait() == 0


@pytest.mark.parametrize("columns", [60, 100, 160])
def test_no_line_is_broken(columns: int) -> None:
    """Every row of the timeline fits the terminal, whatever its width."""
    with terminal([*DEMO, "--auto"], ROOT, columns) as screen:
        text = screen.read_until(UP)
        screen.type("\x03")
        screen.wait()
    arrows = [row for row in text.splitlines() if "▶" in row or "◀" in row]
    assert len(arrows) == 15
    assert max(map(len, arrows)) <= max(columns, 72)


def test_a_taken_port_is_a_sentence() -> None:
    """A taken port is named, with the remedy; no traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(["demo", "1", "--port", str(port)])
    assert done.returncode == 2
    assert done.stderr.startswith(f"Port {port} is taken by another program. Name a")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (
            "config/asgi.py",
            "chat.routing",
            "chat.router",
            "No module named 'chat.router'",
        ),
        ("chat/consumers.py", "class Sync", "klass Sync", "(consumers.py, line 14)"),
        (
            "config/settings.py",
            "DEBUG = True",
            "DEBUG = Yes",
            "config/settings.py, line",
        ),
    ],
)
def test_a_stage_that_does_not_start_is_a_sentence(
    repository: Path, path: str, old: str, new: str, said: str
) -> None:
    """What keeps a stage from starting is said in one sentence, with file and line."""
    change(repository / "gs1_basic" / path, old, new)
    done = run(DEMO, repository)
    assert done.returncode == 2
    assert done.stderr.startswith("gs1_basic did not start: ")
    assert said in done.stderr
    assert "python manage.py check" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_story_that_fails_says_where(repository: Path) -> None:
    """A failed expectation names the step and shows the server's log; status 1."""
    routing = repository / "gs1_basic" / "chat" / "routing.py"
    change(routing, 'path("ws/sc/"', 'path("ws/moved/"')
    done = run(DEMO, repository)
    assert done.returncode == 1
    assert "The story failed at step 2: alice was refused with HTTP 403." in done.stdout
    assert "no WebSocket route for '/ws/sc/'" in done.stdout


def test_a_missing_story_is_a_sentence(repository: Path) -> None:
    """A stage without a story is said to have none."""
    (repository / "course" / "demos" / "gs1_basic.py").unlink()
    done = run(DEMO, repository)
    assert done.returncode == 2
    assert done.stderr.startswith("gs1_basic has no story")


def test_record_writes_the_transcript(repository: Path) -> None:
    """--record writes what the story gives, the same as the one that is kept."""
    transcript = repository / "notes" / "transcripts" / "gs1_basic.txt"
    kept = transcript.read_text(encoding="utf-8")
    transcript.unlink()
    done = run(["demo", "1", "--record"], repository)
    assert done.returncode == 0, done.stderr
    assert transcript.read_text(encoding="utf-8") == kept
