"""Real servers for the tests, and how one talks to them."""

import contextlib
import json
import time
from urllib.request import ProxyHandler, build_opener

import pytest
from processes import START_TIMEOUT, TIMEOUT, Process
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

PREFIX = "/ws/sc/"
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


class Server(Process):
    """A server of this project whose tick is short."""

    def __init__(self, *arguments, **environment):
        super().__init__(*arguments, **{"TICK": "0.05"} | environment)

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
