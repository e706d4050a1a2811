"""A place where a test of a suite under test stops, until we let it go on."""

import socket
from pathlib import Path
from types import TracebackType

from course.suite import Suite

TIMEOUT = 30  # seconds
# In the tests of the suite: wait() returns when the gate says so. A child keeps its
# connection as long as it lives, in a session of its own, and ignores Ctrl-C.
HELPERS = """
import os, signal, socket, subprocess, sys

def connect():
    return socket.create_connection(("127.0.0.1", {port}))

def wait():
    with connect() as connection:
        connection.recv(1)

def start_child():
    code = (
        "import signal, socket; signal.signal(signal.SIGINT, signal.SIG_IGN);"
        "socket.create_connection(('127.0.0.1', {port})).recv(1)"
    )
    subprocess.Popen([sys.executable, "-c", code], start_new_session=True)

"""


class Gate:
    """Listens on a free port of 127.0.0.1, for the time of a with statement."""

    def __enter__(self) -> "Gate":
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(TIMEOUT)
        self.arrived: list[socket.socket] = []
        self.helpers = HELPERS.format(port=self.listener.getsockname()[1])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for each in (*self.arrived, self.listener):
            each.close()

    def wait(self) -> socket.socket:
        """Return the connection of the next that arrives, once it has."""
        connection, _ = self.listener.accept()
        connection.settimeout(TIMEOUT)
        self.arrived.append(connection)
        return connection


def suite(folder: Path, tests: str, name: str = "mine") -> Suite:
    """Return a suite of these tests."""
    folder.mkdir(exist_ok=True)
    (folder / "pytest.ini").write_text(
        "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
    )
    (folder / "test_it.py").write_text(tests, encoding="utf-8")
    return Suite(name, folder)
