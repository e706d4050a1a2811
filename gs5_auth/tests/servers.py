"""Real servers for the tests, and how one talks to them."""

import contextlib
import json
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from accounts import log_in
from django.db import connection
from processes import START_TIMEOUT, TIMEOUT, Process
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

# Straight to the server, whatever proxy the user's shell names.
urlopen = build_opener(ProxyHandler({})).open


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


class Server(Process):
    """A server of this project, on the tests' database, and alone unless it is told of
    a Redis.
    """

    def __init__(self, *arguments, **environment):
        ours = {"DATABASE": connection.settings_dict.get("NAME", ""), "REDIS_URL": ""}
        super().__init__(*arguments, **ours | environment)

    @contextlib.contextmanager
    def connect(self, path, **options):
        """Open a WebSocket to this server for the time of a with statement."""
        url = f"ws://{self.address}{path}"
        with contextlib.ExitStack() as stack:
            try:
                # Without a limit of the queue: who does not read sees no close frame.
                ours = {"create_connection": Socket, "max_queue": None, "proxy": None}
                opening = connect(url, **ours, **options)
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
