"""Daphne and uvicorn with a misbehaving application, and clients that look at them."""

import contextlib
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from course.environment import ROOT
from course.errors import CourseError

# Their options shorten what takes long: how long Daphne waits for a consumer that never
# accepts (5 s by default) or never ends (10 s), and how soon each asks whether the
# client is there (20 s) and gives it up (Daphne 30 s, uvicorn 20 s).
COMMANDS = {
    "daphne": "daphne -p 0 --websocket_connect_timeout 2 --application-close-timeout 1"
    " --ping-interval 1 --ping-timeout 3",
    "uvicorn": "uvicorn --port 0 --log-level info"
    " --ws-ping-interval 1 --ws-ping-timeout 3",
}
APPLICATION = "course.book.compare_app:application"
LISTENING = re.compile(r"(?:TCP address |http://)127\.0\.0\.1:(\d+)")
TIMEOUT = 10.0  # seconds
LONG = 2**25  # bytes, more than any message here
HANDSHAKE = (
    "GET /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Server:
    """A server of the misbehaving application, in a process of its own.

    Args:
        name: "daphne" or "uvicorn".

    Raises:
        CourseError: It did not start.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen: list[str] = []
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *COMMANDS[name].split(), APPLICATION],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if match := LISTENING.search(line):
                self.port = int(match[1])
                break
        else:
            self.process.wait()
            raise CourseError(f"{name} did not start:\n{''.join(said)}")
        self.url = f"ws://127.0.0.1:{self.port}/"
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        """Collect what the consumers see, until the process ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("seen "):
                with self.changed:
                    self.seen.append(line.removeprefix("seen ").strip())
                    self.changed.notify_all()

    def saw(self, path: str, timeout: float, *ends: str) -> list[str]:
        """Return what a path's consumers saw, at the latest after the time-out.

        Args:
            path: The path, without slashes at its ends.
            timeout: In seconds.
            ends: Any of these is the last that can be seen.
        """

        def found() -> list[str]:
            start = f"{path} "
            return [s.removeprefix(start) for s in self.seen if s.startswith(start)]

        with self.changed:
            self.changed.wait_for(lambda: {*ends} & {*found()}, timeout)
            return found()

    def connect(self, path: str, **options: Any) -> ClientConnection:
        """Return a client of a path."""
        options = {"proxy": None, "max_size": LONG, "open_timeout": TIMEOUT} | options
        return connect(self.url + path, **options)

    def status(self, path: str) -> int:
        """Return the HTTP status of a handshake, 101 if it was accepted."""
        try:
            with self.connect(path):
                return 101
        except InvalidStatus as refusal:
            return refusal.response.status_code

    def closed(self, path: str, message: str | bytes) -> ConnectionClosed:
        """Send a message and return how the connection was closed after it.

        Raises:
            TimeoutError: It was not closed.
            AssertionError: There was an answer instead.
        """
        with self.connect(path) as websocket:
            try:
                websocket.send(message)
                answer = websocket.recv(timeout=TIMEOUT)
            except ConnectionClosed as closed:
                return closed
        raise AssertionError(f"it was answered: {answer!r:.100}")

    @contextlib.contextmanager
    def raw(self, path: str) -> Iterator[socket.socket]:
        """Open a WebSocket by hand, for what no WebSocket library would do."""
        address = ("127.0.0.1", self.port)
        with socket.create_connection(address, timeout=TIMEOUT) as client:
            client.sendall(HANDSHAKE.format(path=path).encode())
            answer = b""
            while not answer.endswith(b"\r\n\r\n"):  # the server speaks second
                answer += client.recv(1)
            assert b" 101 " in answer.splitlines()[0], answer
            yield client

    def stop(self) -> None:
        """End the process, with the connections that are open."""
        self.process.kill()
        self.process.wait()
        self.reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextlib.contextmanager
def running(name: str) -> Iterator[Server]:
    """Run a server for the time of a with statement."""
    server = Server(name)
    try:
        yield server
    finally:
        server.stop()


def frames(client: socket.socket) -> Iterator[tuple[int, bytes]]:
    """Yield the frames that come, as opcode and payload, until the connection ends."""
    with contextlib.suppress(ConnectionResetError):
        while len(head := read(client, 2)) == 2:
            # No frame that a server sends of itself is longer than 125 bytes.
            yield head[0] & 0x0F, read(client, head[1])


def read(client: socket.socket, size: int) -> bytes:
    """Return as many bytes, or fewer if the connection ends before."""
    got = b""
    while len(got) < size and (more := client.recv(size - len(got))):
        got += more
    return got
