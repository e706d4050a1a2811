"""What the tests talk to: real servers, and the application without a server."""

import contextlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from channels.testing import WebsocketCommunicator
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

PROJECT = Path(__file__).resolve().parent.parent
PREFIX = "/ws/sc/"
START_TIMEOUT = 60  # seconds
TIMEOUT = float(os.environ.get("TEST_TIMEOUT", "5"))  # seconds, for each message

# Port 0: the system chooses a free port, and the server logs which one.
COMMANDS = {
    "runserver": ["manage.py", "runserver", "--noreload", "127.0.0.1:0"],
    "daphne": ["-m", "daphne", "-p", "0"],
    "uvicorn": ["-m", "uvicorn", "--port", "0"],
}
# The log comes at once, and in the encoding it is read in.
PLAIN = {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
LISTENING = re.compile(
    r"(?:Listening on TCP address |running on http://)127\.0\.0\.1:(\d+)"
)


class Socket(ClientConnection):
    """A WebSocket whose messages must arrive in time."""

    def recv(self):
        """Return the next message."""
        try:
            return super().recv(TIMEOUT)
        except TimeoutError:
            pytest.fail(f"the server sent nothing for {TIMEOUT} s")


class Server:
    """A server process of this project, and what it has logged so far."""

    def __init__(self, name, application="config.asgi:application", **environment):
        self.lines = []
        self.ended = False
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            [
                sys.executable,
                *COMMANDS[name],
                *([] if name == "runserver" else [application]),
            ],
            cwd=PROJECT,
            env={**os.environ, **PLAIN, "TICK": "0.05", **environment},
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
                lambda: self.ended or LISTENING.search(self.log), START_TIMEOUT
            )
            match = LISTENING.search(self.log)
        assert match, f"the server did not start:\n{self.log}"
        self.address = f"127.0.0.1:{match[1]}"

    @contextlib.contextmanager
    def connect(self, path, **options):
        """Open a WebSocket to this server for the time of a with statement."""
        url = f"ws://{self.address}{path}"
        with contextlib.ExitStack() as stack:
            try:
                opening = connect(url, proxy=None, create_connection=Socket, **options)
                websocket = stack.enter_context(opening)
            except InvalidStatus as refusal:
                pytest.fail(f"{path} was refused: {refusal}")
            yield websocket

    def handshake_status(self, path):
        """Return the HTTP status of a refused handshake, 101 of an accepted one."""
        try:
            with connect(f"ws://{self.address}{path}", proxy=None):
                return 101
        except InvalidStatus as refusal:
            return refusal.response.status_code

    def get(self, path):
        """Return the body of an answer over HTTP."""
        with urlopen(f"http://{self.address}{path}", timeout=START_TIMEOUT) as response:
            return response.read().decode()

    def count(self):
        """Return what tests/counting.py counts when nobody else is connected.

        The first event of any consumer starts the thread that all of them share: it
        is counted, because one connection has come and gone before.
        """
        with self.connect(PREFIX) as websocket:
            websocket.send("hello")
            assert websocket.recv() == "hello"
        return json.loads(self.get("/count/"))

    def wait_for_count(self, counts):
        """Return once tests/counting.py counts no more than that again."""
        end = time.monotonic() + TIMEOUT
        now = json.loads(self.get("/count/"))
        while any(now[key] > counts[key] for key in counts):
            assert time.monotonic() < end, f"{now} now, {counts} before"
            now = json.loads(self.get("/count/"))

    def stop(self):
        """End the process, whatever state it is in."""
        self.process.terminate()
        try:
            self.process.wait(START_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        self.process.stdout.close()


@pytest.fixture
def start_server():
    """Start servers of one's own; they are ended with the test."""
    servers = []

    def start(name, *arguments, **environment):
        servers.append(Server(name, *arguments, **environment))
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


class Client(WebsocketCommunicator):
    """A client of the application, without server and socket.

    WebsocketCommunicator is quick, and it is not the wire: it knows no limits of size,
    sends no Origin, and shows a close code even where a browser would see HTTP 403.
    What does not arrive in time is a failed assertion here, not a TimeoutError; and the
    application has been cancelled then, so the connection is of no more use. To assert
    silence, use receive_nothing, which cancels nothing.
    """

    async def next_event(self):
        """Return the next ASGI event that the application sends."""
        try:
            return await self.receive_output(TIMEOUT)
        except TimeoutError:
            pytest.fail(f"the application sent nothing for {TIMEOUT} s")

    async def next_message(self):
        """Return the next text or bytes."""
        event = await self.next_event()
        assert event["type"] == "websocket.send", event
        return event["bytes"] if event.get("text") is None else event["text"]

    async def next_json(self):
        """Return the next text, decoded."""
        return json.loads(await self.next_message())

    async def close_code(self):
        """Return the code that the application closes with, which must be next."""
        event = await self.next_event()
        assert event["type"] == "websocket.close", event
        return event["code"]


@pytest.fixture
def prefix():
    """The path that all endpoints of this project begin with."""
    return PREFIX


@pytest.fixture(autouse=True)
def quick(settings):
    """Make a tick short."""
    settings.TICK = 0.001


@pytest.fixture
async def open_client():
    """Open connections to the application; they are closed with the test."""
    from config.asgi import application

    clients = []

    async def open_one(path, subprotocols=None, headers=()):
        client = Client(application, path, list(headers), subprotocols)
        accepted, client.subprotocol = await client.connect(TIMEOUT)
        assert accepted, f"{path} was refused"
        clients.append(client)
        return client

    yield open_one
    for client in clients:
        # A message that did not arrive has ended the application already.
        if not client.future.cancelled():
            await client.disconnect(timeout=TIMEOUT)
