"""What Daphne and uvicorn make of the same application: each test is a fact."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import connect

from course.environment import ROOT

# Daphne's option shortens the wait for a consumer that never accepts: 5 s by default.
COMMANDS = {
    "daphne": ["daphne", "-p", "0", "--websocket_connect_timeout", "2"],
    "uvicorn": ["uvicorn", "--port", "0", "--log-level", "info"],
}
LISTENING = re.compile(r"(?:TCP address |http://)127\.0\.0\.1:(\d+)")
TIMEOUT = 10  # seconds
SILENCE = 0.5  # seconds in which a message would long have come


class Server:
    """A server of the misbehaving application."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                *COMMANDS[name],
                "course.tests.facts_app:application",
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if match := LISTENING.search(line):
                self.url = f"ws://127.0.0.1:{match[1]}/"
                break
        self.reader = threading.Thread(target=self.process.stdout.read)
        self.reader.start()

    def status(self, path: str) -> int:
        """Return the HTTP status of a handshake, 101 if it was accepted."""
        try:
            with connect(self.url + path, proxy=None, open_timeout=TIMEOUT):
                return 101
        except InvalidStatus as refusal:
            return refusal.response.status_code

    def closed(self, path: str, message: str) -> ConnectionClosed:
        """Send a message and return how the connection was closed after it."""
        with connect(self.url + path, proxy=None) as websocket:
            websocket.send(message)
            with pytest.raises(ConnectionClosed) as closed:
                websocket.recv(timeout=TIMEOUT)
        return closed.value


@pytest.fixture(scope="module", params=COMMANDS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each server in turn."""
    server = Server(request.param)
    yield server
    server.process.terminate()
    server.process.wait()
    server.reader.join()
    assert server.process.stdout is not None
    server.process.stdout.close()


def test_a_consumer_that_behaves_is_the_same_on_both(server: Server) -> None:
    """The positive control: text and bytes come back."""
    with connect(server.url + "well/", proxy=None) as websocket:
        for message in ("text", b"bytes"):
            websocket.send(message)
            assert websocket.recv(timeout=TIMEOUT) == message


def test_an_unknown_path_is_500_and_not_404(server: Server) -> None:
    """Without a last route URLRouter raises ValueError, which is HTTP 500."""
    assert server.status("no-such-path/") == 500


def test_an_exception_in_connect_is_500(server: Server) -> None:
    """A consumer that raises before it accepts is HTTP 500."""
    assert server.status("fails-on-connect/") == 500


def test_a_close_before_accept_is_403_whatever_its_code(server: Server) -> None:
    """4401 before accept is HTTP 403: the browser never learns the code."""
    assert server.status("closes-first/") == 403


def test_who_never_accepts_is_dropped_by_daphne_and_not_by_uvicorn(
    server: Server,
) -> None:
    """Daphne drops the TCP connection after a while, without an answer."""
    url = server.url + "never-accepts/"
    if server.name == "daphne":
        with pytest.raises(InvalidMessage), connect(url, proxy=None):
            pass
    else:
        with pytest.raises(TimeoutError):
            connect(url, proxy=None, open_timeout=3).__enter__()


@pytest.mark.parametrize("code", [1000, 3000, 4401, 4999])
def test_these_close_codes_reach_the_client_on_both(server: Server, code: int) -> None:
    """1000 and 3000 to 4999 are sent as they are."""
    closed = server.closed("closes-after/", str(code))
    assert closed.rcvd is not None
    assert closed.rcvd.code == code


@pytest.mark.parametrize("code", [1003, 1008, 1011, 1012, 1013])
def test_daphne_does_not_send_reserved_close_codes(server: Server, code: int) -> None:
    """Daphne raises, and the client sees 1011; uvicorn sends what it is asked for."""
    closed = server.closed("closes-after/", str(code))
    assert closed.rcvd is not None
    assert closed.rcvd.code == (1011 if server.name == "daphne" else code)


def test_daphne_loses_the_reason_of_a_close(server: Server) -> None:
    """The reason beside the code arrives from uvicorn only."""
    closed = server.closed("closes-after/", "4401")
    assert closed.rcvd is not None
    assert closed.rcvd.reason == ("" if server.name == "daphne" else "nope")


def test_daphne_loses_the_headers_of_an_accept(server: Server) -> None:
    """A header given to accept arrives from uvicorn only."""
    with connect(server.url + "accepts-with-header/", proxy=None) as websocket:
        assert websocket.response is not None
        got = websocket.response.headers.get("x-mine")
    assert got == (None if server.name == "daphne" else "yes")


def test_an_exception_in_receive_is_1011_or_no_close_frame(server: Server) -> None:
    """Daphne closes with 1011; uvicorn drops the connection: a browser says 1006."""
    closed = server.closed("fails-on-receive/", "hello")
    code = closed.rcvd.code if closed.rcvd else None
    assert code == (1011 if server.name == "daphne" else None)


def test_stopping_while_open_leaves_a_zombie_on_daphne(server: Server) -> None:
    """After StopConsumer Daphne keeps the socket open and nobody answers."""
    if server.name == "uvicorn":
        assert server.closed("stops-while-open/", "hello").rcvd is None
        return
    with connect(server.url + "stops-while-open/", proxy=None) as websocket:
        websocket.send("hello")
        websocket.send("are you there?")
        with pytest.raises(TimeoutError):
            websocket.recv(timeout=SILENCE)
        assert websocket.ping().wait(TIMEOUT)


@pytest.mark.parametrize("message", ["", b""])
def test_daphne_never_sends_an_empty_frame(
    server: Server, message: str | bytes
) -> None:
    """An empty message is dropped on its way to the client, by Daphne only."""
    with connect(server.url + "well/", proxy=None) as websocket:
        websocket.send(message)
        websocket.send("after")
        first = websocket.recv(timeout=TIMEOUT)
    assert first == ("after" if server.name == "daphne" else message)


def test_daphne_takes_no_message_over_one_mebibyte(server: Server) -> None:
    """One byte more ends the connection without a close frame, on Daphne only."""
    with connect(server.url + "well/", proxy=None, max_size=2**22) as websocket:
        websocket.send("x" * 2**20)
        assert len(websocket.recv(timeout=TIMEOUT)) == 2**20
        if server.name == "uvicorn":
            websocket.send("x" * (2**20 + 1))
            assert len(websocket.recv(timeout=TIMEOUT)) == 2**20 + 1
            return
        with pytest.raises(ConnectionClosed) as closed:
            websocket.send("x" * (2**20 + 1))
            websocket.recv(timeout=TIMEOUT)
    assert closed.value.rcvd is None


def test_one_connection_is_handled_one_event_at_a_time(server: Server) -> None:
    """A quick message behind a slow one waits for it, on both servers."""
    with connect(server.url + "slow/", proxy=None) as websocket:
        for text in "abc":
            websocket.send(text)
        assert [websocket.recv(timeout=TIMEOUT) for _ in "abc"] == ["a", "b", "c"]
