"""A stage as its user starts it, for whoever looks at its pages."""

import contextlib
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping

from course.errors import CourseError
from course.stages import Stage

PATIENCE = 5.0  # seconds that a server may take to end
LISTENING = re.compile(r"Listening on TCP address 127\.0\.0\.1:(\d+)")
ALONE = {"REDIS_URL": ""}  # the user's own Redis has nothing to do with it


class PageServer:
    """Serves a stage with Daphne, on the same port each time it is started.

    Args:
        stage: What to serve.
        environment: Environment variables beside those of this process.
    """

    def __init__(
        self, stage: Stage, environment: Mapping[str, str] | None = None
    ) -> None:
        self.stage = stage
        self.environment = {**os.environ, **ALONE, **(environment or {})}
        self.port = "0"  # a free one, until the first start
        self.process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        """The page's address."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start it, and return once it listens.

        Raises:
            CourseError: It did not start; its log is in the message.
        """
        application = "config.asgi:application"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "daphne", "-p", self.port, application],
            cwd=self.stage.path,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        assert self.process.stderr is not None
        # Reads on after the start: a full pipe would hold the server back.
        self.drain = threading.Thread(target=self.process.stderr.read)
        lines = []
        for line in self.process.stderr:
            lines.append(line)
            if match := LISTENING.search(line):
                self.port = match[1]
                self.drain.start()
                return
        raise CourseError(f"{self.stage.name} did not start:\n{''.join(lines)}")

    def stop(self) -> None:
        """End it, and wait until it has ended. Can be called twice."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:  # a sync handler is busy
            self.process.kill()
            self.process.wait()
        if self.drain.is_alive():
            self.drain.join()
        assert self.process.stderr is not None
        self.process.stderr.close()


@contextlib.contextmanager
def serve(stage: Stage) -> Iterator[str]:
    """Serve a stage with Daphne on a free port for the time of a with statement.

    Yields:
        The page's address.

    Raises:
        CourseError: It did not start; its log is in the message.
    """
    server = PageServer(stage)
    try:
        server.start()
        yield server.address
    finally:
        server.stop()
