"""A server of course/tests/facts_security.py, and what a test asks it."""

import socket
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from course.environment import ROOT
from course.tests.deployment import DAPHNE, TIMEOUT, UVICORN, Process

COMMANDS = {"daphne": DAPHNE, "uvicorn": UVICORN}
APPLICATION = "course.tests.facts_security:application"


class Server(Process):
    """A server with a database of its own, and what a test asks it."""

    def __init__(self, name: str, database: Path) -> None:
        environment = {"DATABASE": str(database)}
        super().__init__(COMMANDS[name], ROOT, environment, APPLICATION)

    def get(self, path: str, **headers: str) -> tuple[int, str, str]:
        """Return the status, the text and the cookie of an answer over HTTP."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
            return answer.status, answer.read().decode(), cookie
        finally:
            connection.close()

    def log_in(self, name: str) -> str:
        """Make an account, log in, and return the cookie."""
        status, _, cookie = self.get(f"/log_in/?name={name}")
        assert status == 200
        return cookie

    def open(self, path: str, cookie: str = "", **options: Any) -> ClientConnection:
        """Open a WebSocket, for the time of a with statement."""
        url = f"ws://127.0.0.1:{self.port}{path}"
        headers = {"Cookie": cookie} if cookie else {}
        opened: ClientConnection = connect(
            url, proxy=None, additional_headers=headers, **options
        )
        return opened

    def open_as(self, host: str, path: str) -> ClientConnection:
        """Open a WebSocket with a handshake that names another host."""
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT)
        return connect(f"ws://{host}{path}", proxy=None, sock=sock)
