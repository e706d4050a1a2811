"""A server of course/tests/facts_security.py, and what a test asks it."""

import os
import re
import socket
import subprocess
import sys
import threading
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from course.environment import ROOT

COMMANDS = {"daphne": ["daphne", "-p", "0"], "uvicorn": ["uvicorn", "--port", "0"]}
APPLICATION = "course.tests.facts_security:application"
LISTENING = re.compile(r"(?:TCP address |http://)127\.0\.0\.1:(\d+)")
TIMEOUT = 10  # seconds
START_TIMEOUT = 60  # seconds


class Server:
    """A server process, its port and its log."""

    def __init__(self, name: str, database: Path) -> None:
        self.lines: list[str] = []
        self.ended = False
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *COMMANDS[name], APPLICATION],
            cwd=ROOT,
            env={**os.environ, "DATABASE": str(database), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def wait_until_up(self) -> None:
        """Return once the server listens, with its port known."""
        match = LISTENING.search(self.wait_for(LISTENING.pattern, START_TIMEOUT))
        assert match
        self.port = int(match[1])

    def read(self) -> None:
        """Collect the log until the process ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait_for(self, pattern: str, timeout: float = TIMEOUT) -> str:
        """Return the log as soon as it has a match."""

        def found() -> bool:
            log = "".join(self.lines)
            return self.ended or re.search(pattern, log) is not None

        with self.changed:
            self.changed.wait_for(found, timeout)
            log = "".join(self.lines)
        assert re.search(pattern, log), f"not in the log: {pattern}\n{log}"
        return log

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait()
        self.reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()

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
