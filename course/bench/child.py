"""Child processes of a benchmark: they answer questions, and end with it."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from course.environment import ROOT
from course.errors import CourseError

STOP_TIMEOUT = 10.0  # seconds
LEAVE_TIMEOUT = 30.0  # seconds
PAUSE = 0.01  # seconds
HOSTILE = ("DATABASE_URL", "REDIS_URL", "REDIS_LAYER", "ASGI_THREADS")  # the user's


class NotHere(CourseError):
    """Raised with a sentence when this system cannot be measured on."""


class Child:
    """A child process that speaks through course/bench/control.py.

    Args:
        module: The module it runs.
        words: What it is told on its command line.
        folder: Its working directory.
        environment: Environment variables beside those of this process.
    """

    def __init__(
        self,
        module: str,
        *words: str,
        folder: Path = ROOT,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.command = [sys.executable, "-m", module, *words]
        self.folder = folder
        inherited = {k: v for k, v in os.environ.items() if k not in HOSTILE}
        own = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        self.environment = {**inherited, **own, **(environment or {})}
        self.facts: dict[str, Any] = {}
        self.process: subprocess.Popen[str] | None = None
        self.last = "without a word"

    def start(self) -> None:
        """Begin to start it; wait_until_up says when it is ready."""
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C is for the benchmark, which ends it
        )
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()

    def listen(self) -> None:
        """Note what it has logged last, until it ends."""
        assert self.process is not None and self.process.stderr is not None
        for line in self.process.stderr:
            self.last = line.strip() or self.last

    async def wait_until_up(self) -> None:
        """Return once it is ready; what it says then is in facts.

        Raises:
            CourseError: It ended instead; its last line is in the message.
        """
        self.facts = await asyncio.to_thread(self.read)

    def ask(self, **question: Any) -> dict[str, Any]:
        """Return its answer.

        Raises:
            CourseError: It ended instead; its last line is in the message.
        """
        assert self.process is not None and self.process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended: read() says so
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
        return self.read()

    def read(self) -> dict[str, Any]:
        """Return the next thing it says."""
        assert self.process is not None and self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.listener.join()
            raise CourseError(f"{' '.join(self.command[2:])} ended: {self.last}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        """End it, and wait until it has ended. Can be called twice."""
        if self.process is None:
            return
        assert self.process.stdin is not None and self.process.stdout is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            pass
        finally:  # also when an impatient user presses Ctrl-C again
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.listener.join()
        assert self.process.stderr is not None
        self.process.stderr.close()
        self.process = None


class Server(Child):
    """A server: see course/bench/serve.py.

    Args:
        name: Its name: websockets, daphne or uvicorn.
        environment: Environment variables beside those of this process.
        module: Another module that serves, which is told the name.
        folder: Its working directory.
    """

    def __init__(
        self,
        name: str,
        environment: Mapping[str, str] | None = None,
        module: str = "course.bench.serve",
        folder: Path = ROOT,
    ) -> None:
        super().__init__(module, name, folder=folder, environment=environment)

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1."""
        return int(self.facts["port"])

    def cpu(self) -> float:
        """Return the seconds of CPU time that it has used so far, in all threads."""
        return float(self.ask()["cpu"])

    def memory(self) -> float:
        """Return the KiB of memory that it has in use (resident set size).

        Raises:
            NotHere: It cannot be read on this system.
        """
        kib = self.ask()["kib"]
        if kib is None:
            raise NotHere("Memory in use is measured on Linux alone, in /proc.")
        return float(kib)

    async def wait_for(self, number: int) -> None:
        """Return once it serves as many connections, and no more.

        Raises:
            CourseError: They are others after LEAVE_TIMEOUT.
        """
        try:
            async with asyncio.timeout(LEAVE_TIMEOUT):
                while self.ask()["connections"] != number:
                    await asyncio.sleep(PAUSE)
        except TimeoutError:
            raise CourseError(
                f"{self.command[-1]} does not serve {number} connections."
            ) from None


@contextlib.asynccontextmanager
async def running(*children: Child) -> AsyncIterator[None]:
    """Have children for the time of a with statement; they start side by side.

    Raises:
        CourseError: One did not start.
    """
    try:
        for child in children:
            child.start()
        for child in children:
            await child.wait_until_up()
        yield
    finally:
        for child in children:
            child.stop()
