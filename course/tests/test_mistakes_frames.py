"""What a server says of frames and ends that no communicator minds."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from course.environment import ROOT

COMMANDS = {
    # Daphne waits 10 s by default for an application whose client has gone.
    "daphne": [
        *("daphne", "-p", "0", "--application-close-timeout", "1"),
        *("--websocket_connect_timeout", "30"),
    ],
    "uvicorn": ["uvicorn", "--port", "0"],
}
LISTENING = re.compile(r"(?:TCP address |http://)127\.0\.0\.1:(\d+)")
KILLED = "took too long to shut down and was killed"
VISITED = ("bare-text/", "dict-as-text/", "text-as-bytes/", "after-close/")
REFUSED = "before-accept/"
LEFT = ("no-stop/", "loops/")
TIMEOUT = 30  # seconds; a busy machine is slow to start a server


class Server:
    """A server of course/mistakes/frames.py, with its log."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: list[str] = []
        self.ends: dict[str, int | None] = {}
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                *COMMANDS[name],
                "course.mistakes.frames:application",
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        match = LISTENING.search(self.line_with("127.0.0.1:"))
        assert match
        self.url = f"ws://127.0.0.1:{match[1]}/"

    def read(self) -> None:
        """Collect the log until the process ends."""
        assert self.process.stdout is not None
        with self.process.stdout as log:
            for line in log:
                with self.changed:
                    self.lines.append(line.rstrip())
                    self.changed.notify_all()

    def line_with(self, text: str) -> str:
        """Return the first line of the log that contains a text, once there is one."""

        def found() -> list[str]:
            return [line for line in self.lines if text in line]

        with self.changed:
            assert self.changed.wait_for(found, TIMEOUT), "\n".join(self.lines)
            return found()[0]

    def visit(self, path: str) -> int | None:
        """Connect, say hello; return the code of the close, or the HTTP status."""
        try:
            with connect(self.url + path, proxy=None, open_timeout=TIMEOUT) as client:
                client.send("hello")
                client.recv(timeout=TIMEOUT)
        except InvalidStatus as refusal:
            return refusal.response.status_code
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
        raise AssertionError("it was answered")

    def leave(self, path: str) -> None:
        """Connect, and go when the connection is open."""
        with connect(self.url + path, proxy=None, open_timeout=TIMEOUT) as client:
            if path == "loops/":
                client.send("hello")


@pytest.fixture(scope="module", params=COMMANDS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each server in turn, after all visits to it, which are made at once."""
    server = Server(request.param)
    try:
        with ThreadPoolExecutor() as pool:
            visits = {
                path: pool.submit(server.visit, path) for path in (*VISITED, REFUSED)
            }
            if server.name == "daphne":
                for path in LEFT:
                    pool.submit(server.leave, path).result()
        server.ends = {path: visit.result() for path, visit in visits.items()}
        yield server
    finally:
        server.process.terminate()
        server.process.wait()
        server.reader.join()


def test_such_a_mistake_ends_the_connection(server: Server) -> None:
    """Daphne closes with 1011, uvicorn drops the connection: 1006 in a browser."""
    code = 1011 if server.name == "daphne" else None
    for path in ("bare-text/", "dict-as-text/", "text-as-bytes/"):
        assert server.ends[path] == code


def test_a_text_is_no_event(server: Server) -> None:
    """send() of a raw consumer wants {"type": "websocket.send", "text": ...}."""
    assert server.line_with("TypeError: string indices must be integers")


def test_a_dictionary_is_no_text(server: Server) -> None:
    """It goes through json.dumps() first, or into send_json()."""
    said = "AttributeError: 'dict' object has no attribute 'encode'"
    assert server.line_with(said)


def test_a_text_is_no_bytes(server: Server) -> None:
    """bytes_data="hello" raises on both servers, in different words."""
    if server.name == "daphne":
        said = """AssertionError: "payload" must have type bytes"""
    else:
        said = "TypeError: a bytes-like object is required, not 'str'"
    assert server.line_with(said)


def test_nothing_can_be_sent_after_a_close(server: Server) -> None:
    """The client sees the close; the consumer ends with an exception."""
    assert server.ends["after-close/"] == 1000
    if server.name == "daphne":
        said = "Disconnected: Attempt to send on a closed protocol"
    else:
        said = "Unexpected ASGI message 'websocket.send', after sending"
    assert server.line_with(said)


def test_nothing_can_be_sent_before_accept(server: Server) -> None:
    """A greeting before accept() is HTTP 500."""
    assert server.ends[REFUSED] == 500
    if server.name == "daphne":
        said = "ValueError: Socket has not been accepted, so cannot send over it"
    else:
        said = "Expected ASGI message 'websocket.accept', 'websocket.close' or"
    assert server.line_with(said)


@pytest.mark.parametrize("server", ["daphne"], indirect=True)
@pytest.mark.parametrize("path", LEFT)
def test_daphne_kills_what_does_not_end(server: Server, path: str) -> None:
    """No StopConsumer, or a handler that still runs: a warning, 10 s after the client.

    Here Daphne's option makes it 1 s.
    """
    said = f"path=b'/{path}'> took too long to shut down and was killed."
    assert " WARNING " in server.line_with(said)
