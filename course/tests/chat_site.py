"""A deployed chat: two servers of stage 6, and Valkey, ready for a proxy in front."""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from course.database import PASSWORD, Database
from course.environment import ROOT
from course.stages import find, load
from course.tests.deployment import (
    DAPHNE,
    TIMEOUT,
    UVICORN,
    Process,
    Visitor,
)
from course.tests.programs import program
from course.tests.proxies import DEPLOY, HOST, Authority
from course.valkey import Valkey

ROOM = "/ws/chat/red/"
SERVERS = {
    "daphne": (*DAPHNE, "--proxy-headers"),
    "uvicorn": (*UVICORN, "--timeout-graceful-shutdown", "10"),
}
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.production",
    "SECRET_KEY": "a-test-has-no-secret-but-the-check-wants-fifty-characters",
    "ALLOWED_HOSTS": HOST,
    "REDIS_URL": "",
}


def install(stage: str, folder: Path) -> Path:
    """Return a copy of a stage, with the settings for production."""
    ignored = shutil.ignore_patterns("*.sqlite3*", "__pycache__", "tests")
    copy = Path(shutil.copytree(ROOT / stage, folder / stage, ignore=ignored))
    shutil.copy(DEPLOY / "production.py", copy / "config")
    return copy


def manage(project: Path, environment: Mapping[str, str], *words: str) -> str:
    """Run manage.py to its end, and return what it says."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=project,
        env={**os.environ, **PRODUCTION, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


class Site:
    """Daphne and uvicorn with one database and one Valkey, and their static files.

    Args:
        folder: Where its files are put.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = Authority(folder)
        self.project = install("gs6_database", folder)
        self.valkey = Valkey()
        self.database = Database(find(load(ROOT), 6))
        self.environment = {
            **PRODUCTION,
            **self.database.environment,
            "REDIS_URL": self.valkey.url,
            "STATIC_ROOT": str(folder / "static"),
        }
        self.valkey.start()
        self.database.start()
        self.servers = {name: self.start(name) for name in SERVERS}
        manage(self.project, self.environment, "collectstatic", "--noinput")
        self.cookies: dict[str, dict[str, str]] = {}  # of those who have logged in

    def start(self, name: str) -> Process:
        """Start a server, as the note tells to."""
        return Process(SERVERS[name], self.project, self.environment)

    async def wait_until_up(self) -> None:
        """Return once all of it is ready."""
        await self.valkey.wait_until_up()
        await self.database.wait_until_up()

    @property
    def ports(self) -> list[int]:
        """The ports of the servers."""
        return [server.port for server in self.servers.values()]

    def end(self, name: str) -> None:
        """End one server, as for a new version."""
        self.servers[name].process.terminate()
        self.servers[name].process.wait(TIMEOUT)

    def complete(self) -> None:
        """Start each server that has ended anew."""
        for name, server in self.servers.items():
            if server.process.poll() is not None:
                server.stop()
                self.servers[name] = self.start(name)
        assert all(self.ports)

    def visitor(self, port: int, name: str = "") -> Visitor:
        """Return a browser on the proxy at a port, logged in if somebody is named."""
        visitor = Visitor(self.authority.context, port)
        if name and name not in self.cookies:
            assert visitor.log_in(name, PASSWORD) == 302
            self.cookies[name] = visitor.cookies
        visitor.cookies = {**self.cookies.get(name, {})}
        return visitor

    def stop(self) -> None:
        """End all of it."""
        for server in self.servers.values():
            server.stop()
        self.database.stop()
        self.valkey.stop()


@contextlib.contextmanager
def deployed(folder: Path) -> Iterator[Site]:
    """Have a site for the time of a with statement."""
    program("nginx")  # or nothing is to be done here
    site = Site(folder)
    try:
        asyncio.run(site.wait_until_up())
        yield site
    finally:
        site.stop()


def answers(socket: ClientConnection) -> bool:
    """Return whether there is still a server at the other end."""
    try:
        return socket.ping().wait(TIMEOUT)
    except ConnectionClosed:
        return False


def next_frame(socket: ClientConnection, **wanted: str) -> dict[str, Any]:
    """Return the next frame that holds all of this, and pass over others."""
    while True:
        frame: dict[str, Any] = json.loads(socket.recv(timeout=TIMEOUT))
        if wanted.items() <= frame.items():
            return frame
