"""A stage as it is deployed, and those who visit it over TLS."""

import contextlib
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.client import HTTPResponse, HTTPSConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from course.environment import ROOT
from course.tests.proxies import HOST
from course.tests.tls import through_tls

TIMEOUT = 10.0  # seconds
START_TIMEOUT = 60.0  # seconds; a busy machine takes its time
LISTENING = re.compile(r"(?:TCP address |https?://)127\.0\.0\.1:(\d+)")
APPLICATION = "config.asgi:application"
FORM = "application/x-www-form-urlencoded"
DAPHNE = ("daphne", "-p", "0")
UVICORN = ("uvicorn", "--port", "0")


class Process:
    """A server process, as its user starts it.

    Args:
        command: The command; the application is added.
        project: The folder that it is started in.
        environment: Environment variables beside those of this process.
        application: What it serves.
    """

    def __init__(
        self,
        command: tuple[str, ...],
        project: Path = ROOT,
        environment: Mapping[str, str] | None = None,
        application: str = APPLICATION,
    ) -> None:
        self.lines: list[str] = []
        self.ended = False
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command, application],
            cwd=project,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        """Collect the log, line by line, until the process ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    @property
    def log(self) -> str:
        """The whole log as one text."""
        return "".join(self.lines)

    def wait_for(self, pattern: str, timeout: float = TIMEOUT) -> re.Match[str]:
        """Return what a pattern matches in the log, as soon as it does."""
        with self.changed:
            self.changed.wait_for(
                lambda: self.ended or re.search(pattern, self.log), timeout
            )
            found = re.search(pattern, self.log)
        assert found, f"{pattern} is not in the log:\n{self.log}"
        return found

    @property
    def port(self) -> int:
        """Its TCP port, once it listens."""
        return int(self.wait_for(LISTENING.pattern, START_TIMEOUT)[1])

    def connect(self, path: str) -> ClientConnection:
        """Return a client of it, without TLS."""
        url = f"ws://127.0.0.1:{self.port}/{path}"
        return connect(url, proxy=None, open_timeout=TIMEOUT)

    def stop(self) -> None:
        """End it, by force."""
        self.process.kill()
        self.process.wait()
        self.reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


class Visitor:
    """A browser's part: cookies, forms and sockets over TLS.

    Args:
        context: Which certificates it trusts.
        port: The proxy's, on 127.0.0.1; it is reached by the name HOST.
    """

    def __init__(self, context: ssl.SSLContext, port: int) -> None:
        self.context, self.port = context, port
        self.cookies: dict[str, str] = {}
        self.address = f"https://{HOST}:{port}"
        self.said: list[str] = []  # the Set-Cookie headers

    def request(
        self, method: str, path: str, body: str = "", **headers: str
    ) -> tuple[HTTPResponse, str]:
        """Ask for a page, and return the answer and its body."""
        ours = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        plain = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
        with contextlib.closing(HTTPSConnection(HOST, self.port)) as connection:
            connection.sock = self.context.wrap_socket(plain, server_hostname=HOST)
            connection.request(method, path, body or None, {**ours, **headers})
            response = connection.getresponse()
            text = response.read().decode()
        for each in response.headers.get_all("Set-Cookie", []):
            self.said.append(each)
            self.cookies |= {k: v.value for k, v in SimpleCookie(each).items()}
        return response, text

    def post(self, path: str, **fields: str) -> int:
        """Send a form, as a page of the site does, and return the answer's status."""
        fields["csrfmiddlewaretoken"] = self.cookies["csrftoken"]
        headers = {"Content-Type": FORM, "Origin": self.address}
        headers["Referer"] = self.address + path
        response, _ = self.request("POST", path, urlencode(fields), **headers)
        return response.status

    def log_in(self, name: str, password: str) -> int:
        """Fill in the login page, and return the answer's status: 302 if it is good."""
        path = "/accounts/login/"
        self.request("GET", path)
        return self.post(path, username=name, password=password)

    def connect(self, path: str, **headers: str) -> ClientConnection:
        """Open a socket, as a page of the site does."""
        cookie = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        websocket: ClientConnection = connect(
            f"ws://{HOST}:{self.port}{path}",
            sock=through_tls(self.context, self.port),
            additional_headers={"Cookie": cookie, "Origin": self.address, **headers},
            proxy=None,
            open_timeout=TIMEOUT,
        )
        return websocket

    def knock(self, path: str, **headers: str) -> int:
        """Return the HTTP status of a handshake, 101 if it is accepted."""
        try:
            with self.connect(path, **headers):
                return 101
        except InvalidStatus as refusal:
            return refusal.response.status_code


@contextlib.contextmanager
def ending(*processes: Process) -> Iterator[None]:
    """End processes with a with statement."""
    try:
        yield
    finally:
        for process in processes:
            process.stop()
