"""Keepers: processes between the demo and what must not outlive it.

When a keeper's standard input ends, it clears up and ends: a demo that dies, even by
kill -9, takes with it what its keepers keep.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from types import FrameType

from course.environment import ROOT

STOP_TIMEOUT = 5.0  # seconds


class Keeper:
    """The demo's end of a keeper.

    Args:
        module: The module that is the keeper: it calls what stands below.
        words: What it is told on its command line.
    """

    def __init__(self, module: str, *words: str) -> None:
        self.command = [sys.executable, "-m", module, *words]
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin to start it; wait_until_up says when it is ready."""
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            # Ctrl-C in the terminal is the demo's.
            start_new_session=True,
        )

    async def problem(self) -> str:
        """Wait until it is ready, and return "", or why it will never be."""
        assert self.process is not None and self.process.stdout is not None
        # A keeper that ends without a word gives "".
        said = (await asyncio.to_thread(self.process.stdout.readline)).strip()
        return "" if said == "up" else said or "no reason"

    def stop(self) -> None:
        """End it, and wait until it has ended. Can be called twice."""
        if self.process is None:
            return
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        # The keeper is never killed, however long it takes: what it keeps would stay.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_TIMEOUT)
        self.process.stdout.close()


def end_in_order() -> None:
    """In a keeper: have SIGTERM end it as an exception does, so that it clears up."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, end)


def give_up(error: Exception) -> SystemExit:
    """In a keeper: say in one line why it will not be ready, and return what to raise.

    Args:
        error: What went wrong.
    """
    sys.stdout.write(f"{' '.join(str(error).split())}\n")
    return SystemExit(1)


def say_up() -> None:
    """In a keeper: say that it is ready."""
    sys.stdout.write("up\n")
    sys.stdout.flush()


def wait_for_end() -> None:
    """In a keeper: return when standard input ends."""
    while os.read(0, 1024):
        pass
