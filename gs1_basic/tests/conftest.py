"""Real servers for the tests, each on a free port and with its log at hand."""

import importlib.util
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

PROJECT = Path(__file__).resolve().parent.parent
TIMEOUT = 10  # seconds

# Port 0: the system chooses a free port, and the server logs which one.
COMMANDS = {
    "runserver": ["manage.py", "runserver", "--noreload", "127.0.0.1:0"],
    "daphne": ["-m", "daphne", "-p", "0", "config.asgi:application"],
    "uvicorn": ["-m", "uvicorn", "--port", "0", "config.asgi:application"],
}
# The log comes at once, and in the encoding it is read in.
PLAIN = {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
LISTENING = re.compile(
    r"(?:Listening on TCP address |running on http://)127\.0\.0\.1:(\d+)"
)


class Server:
    """A server process of this project, and what it has logged so far."""

    def __init__(self, name):
        self.lines = []
        self.ended = False
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, *COMMANDS[name]],
            cwd=PROJECT,
            env={**os.environ, **PLAIN},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self.reader = threading.Thread(target=self.read_log)
        self.reader.start()

    def read_log(self):
        """Collect the log, line by line, until the process ends."""
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait_for(self, text, count=1):
        """Return the lines that contain text, as soon as there are count of them."""

        def found():
            return [line for line in self.lines if text in line]

        with self.changed:
            self.changed.wait_for(lambda: self.ended or len(found()) >= count, TIMEOUT)
            assert len(found()) >= count, f"not in the log: {text}\n{self.log}"
            return found()

    @property
    def log(self):
        """The whole log as one text."""
        return "\n".join(self.lines)

    def wait_until_up(self):
        """Return once the server listens, with its port known."""
        with self.changed:
            self.changed.wait_for(
                lambda: self.ended or LISTENING.search(self.log), TIMEOUT
            )
            match = LISTENING.search(self.log)
        assert match, f"the server did not start:\n{self.log}"
        self.address = f"127.0.0.1:{match[1]}"

    def connect(self, path):
        """Return a WebSocket to this server, to be used in a with statement."""
        return connect(f"ws://{self.address}{path}", proxy=None)

    def handshake_status(self, path):
        """Return the HTTP status of a refused handshake, 101 of an accepted one."""
        try:
            with connect(f"ws://{self.address}{path}", proxy=None):
                return 101
        except InvalidStatus as refusal:
            return refusal.response.status_code

    def stop(self):
        """End the process, whatever state it is in."""
        self.process.terminate()
        try:
            self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        self.process.stdout.close()


@pytest.fixture
def start_server():
    """Start servers of one's own; they are ended with the test."""
    servers = []

    def start(name):
        servers.append(Server(name))
        servers[-1].wait_until_up()
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session", params=COMMANDS)
def server(request):
    """The project, served by each of the servers in turn."""
    if importlib.util.find_spec("uvicorn") is None and request.param == "uvicorn":
        pytest.skip("uvicorn is not installed")
    server = Server(request.param)
    try:
        server.wait_until_up()
        yield server
    finally:
        server.stop()
    assert "Traceback" not in server.log, server.log
