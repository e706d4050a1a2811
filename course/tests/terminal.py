"""A demo in a real pseudo-terminal, as a class sees it."""

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

from course.environment import ROOT

TIMEOUT = 20.0  # seconds
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # colours and movements of the cursor


class Terminal:
    """A process on a pseudo-terminal of its own.

    Args:
        arguments: The words after `python -m course`.
        root: The repository to run in.
        columns: The width of the terminal.
    """

    def __init__(self, arguments: list[str], root: Path, columns: int = 100) -> None:
        self.master, slave = pty.openpty()
        size = struct.pack("HHHH", 40, columns, 0, 0)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        self.before = termios.tcgetattr(slave)
        self.screen = ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", START + MAIN.format(arguments)],
            cwd=root,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "PYTHONUTF8": "1"},
        )
        self.slave = slave

    def read_until(self, text: str) -> str:
        """Read the screen until a text has appeared; return all of it."""
        end = time.monotonic() + TIMEOUT
        while text not in self.screen:
            left = end - time.monotonic()
            ready, _, _ = select.select([self.master], [], [], max(0, left))
            assert ready, f"never on the screen: {text!r}\n{self.screen}"
            piece = os.read(self.master, 65536).decode(errors="replace")
            self.screen += CONTROL.sub("", piece).replace("\r\n", "\n")
        return self.screen

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self.master, text.encode())

    def wait(self) -> int:
        """Return the exit status, once there is one."""
        return self.process.wait(TIMEOUT)

    def hang_up(self) -> None:
        """Close the terminal's window."""
        os.close(self.slave)
        os.close(self.master)
        self.slave = self.master = -1


# The terminal becomes the process's own, so that Ctrl-C typed into it is a signal.
START = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "


MAIN = "from course.cli import main; raise SystemExit(main({!r}))"


def run(
    arguments: list[str], root: Path = ROOT, before: str = "", **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command without a terminal.

    Args:
        arguments: The words after `python -m course`.
        root: The repository to run in.
        before: Python code that is run first.
        environment: Environment variables.
    """
    return subprocess.run(
        [sys.executable, "-c", before + MAIN.format(arguments)],
        cwd=root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
    )


@contextlib.contextmanager
def terminal(
    arguments: list[str], root: Path, columns: int = 100
) -> Iterator[Terminal]:
    """Run a command on a pseudo-terminal for the time of a with statement."""
    it = Terminal(arguments, root, columns)
    try:
        yield it
    finally:
        if it.process.poll() is None:
            it.process.kill()
            it.process.wait()
        for descriptor in (it.slave, it.master):
            if descriptor >= 0:
                os.close(descriptor)
