"""Which thread a sync handler runs in, and who has to wait for it."""

import asyncio
import contextlib
import json
import runpy
import signal
import subprocess
import sys
import threading
import time

import pytest
from channels.testing import HttpCommunicator
from django.core.exceptions import ImproperlyConfigured
from processes import PROJECT

from config.asgi import application


class Ticks:
    """The ticks of all countdowns, in place of time.sleep."""

    def __init__(self):
        self.threads = set()
        self.running = self.most = 0
        self.lock = threading.Lock()
        self.wait = lambda: None

    def __call__(self, seconds):
        with self.lock:
            self.threads.add(threading.get_ident())
            self.running += 1
            self.most = max(self.most, self.running)
        self.wait()
        with self.lock:
            self.running -= 1


@pytest.fixture
def ticks(monkeypatch):
    """Watch the ticks, and have them wait for something else than time."""
    ticks = Ticks()
    monkeypatch.setattr(time, "sleep", ticks)
    return ticks


@pytest.fixture
def gate(ticks):
    """Hold back every tick until the gate is opened."""
    gate = threading.Event()
    ticks.wait = gate.wait
    yield gate
    gate.set()


async def count_down(open_client, prefix, connections=5):
    """Run that many countdowns at once, to the end."""

    async def run():
        client = await open_client(f"{prefix}countdown/2/")
        assert [await client.next_message() for _ in range(3)] == ["2", "1", "0"]
        assert await client.close_code() == 1000

    await asyncio.gather(*[run() for _ in range(connections)])


async def test_all_sync_handlers_share_one_thread(open_client, prefix, ticks):
    """Five connections are handled in one thread, which is not the event loop's."""
    await count_down(open_client, prefix)
    assert len(ticks.threads) == 1
    assert ticks.threads != {threading.get_ident()}


async def test_sync_handlers_queue_up(open_client, prefix, ticks):
    """Of five countdowns never two run at once."""
    await count_down(open_client, prefix)
    assert ticks.most == 1


async def test_thread_per_connection_gives_each_its_own(
    open_client, prefix, ticks, settings
):
    """With THREAD_PER_CONNECTION five connections have five threads."""
    settings.THREAD_PER_CONNECTION = True
    ticks.wait = threading.Barrier(5).wait  # a thread ends only with the others
    await count_down(open_client, prefix)
    assert len(ticks.threads) == 5


async def test_with_it_they_run_side_by_side(open_client, prefix, ticks, settings):
    """With THREAD_PER_CONNECTION all five countdowns are in a tick at once."""
    settings.THREAD_PER_CONNECTION = True
    ticks.wait = threading.Barrier(5).wait
    await count_down(open_client, prefix)
    assert ticks.most == 5


async def test_a_busy_handler_holds_back_other_connections(open_client, prefix, gate):
    """While one handler blocks, an echo elsewhere waits; then it is answered."""
    echo = await open_client(prefix)
    countdown = await open_client(f"{prefix}countdown/1/")
    assert await countdown.next_message() == "1"
    await echo.send_to(text_data="hello")
    assert await echo.receive_nothing()
    gate.set()
    assert await echo.next_message() == "hello"


async def test_a_busy_handler_holds_back_new_handshakes(open_client, prefix, gate):
    """While one handler blocks, nobody new is accepted. (Daphne gives up after 5 s.)"""
    countdown = await open_client(f"{prefix}countdown/1/")
    assert await countdown.next_message() == "1"
    newcomer = asyncio.create_task(open_client(prefix))
    done, _ = await asyncio.wait([newcomer], timeout=0.1)
    assert not done
    gate.set()
    await newcomer


async def test_thread_per_connection_lets_others_through(
    open_client, prefix, gate, settings
):
    """With THREAD_PER_CONNECTION the echo answers while a countdown blocks."""
    settings.THREAD_PER_CONNECTION = True
    countdown = await open_client(f"{prefix}countdown/1/")
    assert await countdown.next_message() == "1"
    echo = await open_client(prefix)
    await echo.send_to(text_data="hello")
    assert await echo.next_message() == "hello"
    gate.set()


async def test_a_busy_handler_does_not_hold_back_views(open_client, prefix, gate):
    """Django gives each request a thread of its own: the page comes at once."""
    countdown = await open_client(f"{prefix}countdown/1/")
    assert await countdown.next_message() == "1"
    visitor = HttpCommunicator(application, "GET", "/")
    assert (await visitor.get_response(5))["status"] == 200
    await visitor.wait()
    gate.set()


@pytest.mark.parametrize("name", ["daphne", "uvicorn"])
def test_no_thread_is_left_behind(start_server, prefix, name):
    """The threads of THREAD_PER_CONNECTION end with their connections."""
    if name == "uvicorn":
        pytest.importorskip("uvicorn")
    server = start_server(name, "tests.counting:application", THREAD_PER_CONNECTION="1")
    before = json.loads(server.get("/count/"))
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            websocket = stack.enter_context(server.connect(prefix))
            websocket.send("hello")
            assert websocket.recv() == "hello"
        assert json.loads(server.get("/count/"))["threads"] >= before["threads"] + 5
    server.wait_for_count(before)


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows sends no SIGINT to a child"
)
def test_ctrl_c_does_not_end_a_busy_handler(start_server, prefix):
    """Ctrl-C ends Daphne's loop, and a handler that is busy waits for it for ever: it
    cannot send any more, and the process waits for the handler's thread."""
    server = start_server("daphne", TICK="0.5")
    with server.connect(f"{prefix}countdown/1/") as websocket:
        assert websocket.recv() == "1"
        server.process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(2)  # seconds; the countdown would have ended after 1
        server.process.kill()


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, False), ("", False), ("0", False), ("1", True), ("yes", None)],
)
def test_the_middleware_is_chosen_by_0_or_1(monkeypatch, value, expected):
    """THREAD_PER_CONNECTION is off if it is unset or empty. Another is named."""
    monkeypatch.setenv("THREAD_PER_CONNECTION", value or "")
    if value is None:
        monkeypatch.delenv("THREAD_PER_CONNECTION")
    settings = str(PROJECT / "config" / "settings.py")
    if expected is None:
        with pytest.raises(
            ImproperlyConfigured, match="THREAD_PER_CONNECTION is 'yes'"
        ):
            runpy.run_path(settings)
    else:
        found = runpy.run_path(settings).get("THREAD_PER_CONNECTION")
        assert found is expected
