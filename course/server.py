"""A stage's server as a process of its own, with the wire around it."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

from course.environment import ROOT
from course.errors import CourseError
from course.stages import Stage
from course.wire.events import Event

SERVE = ("-m", "course.wire.serve")
START_TIMEOUT = 20.0  # seconds
STOP_TIMEOUT = 5.0  # seconds; a sync handler that sleeps holds Daphne back
THE_STORYS = ("REDIS_URL", "REDIS_LAYER")  # not the user's: each story says which


def require_free(port: int, number: int) -> None:
    """Make sure that a server can listen on a port of 127.0.0.1.

    Args:
        port: The TCP port; 0 is always free.
        number: The stage's number, for the remedy.

    Raises:
        CourseError: The port is taken, or not for this user.
    """
    with socket.socket() as probe:
        if sys.platform == "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:  # as Daphne does: a port that was just closed counts as free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            problem = f"Port {port} is reserved for root."
        except OSError:
            problem = f"Port {port} is taken by another program."
        else:
            return
    raise CourseError(
        f"{problem} Name a free one: make demo-{number} PORT={port % 50000 + 10000}, "
        f"or python -m course demo {number} --port {port % 50000 + 10000}."
    )


def process_environment(special: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process of the stage.

    Args:
        special: Variables beside those of this process.
    """
    inherited = {k: v for k, v in os.environ.items() if k not in THE_STORYS}
    return {**inherited, **special, "PYTHONPATH": str(ROOT)}


class StageServer:
    """The server process of a stage.

    Args:
        stage: What to serve.
        port: The TCP port on 127.0.0.1; 0 for any free one.
        on_event: Called with each event of the wire, in a thread of the reader.
        change: The name of a function in course/demos/changes.py to call in the server.
        environment: Environment variables beside those of this process.
        number: Its number among the stage's servers, which its events are given.
    """

    def __init__(
        self,
        stage: Stage,
        port: int,
        on_event: Callable[[Event], None],
        change: str = "",
        environment: Mapping[str, str] | None = None,
        number: int = 1,
    ) -> None:
        self.stage = stage
        self.number = number
        self.on_event = on_event
        self.port = port
        self.loop = asyncio.get_running_loop()
        self.listening: asyncio.Future[int] = self.loop.create_future()
        self.log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        self.killed = False
        self.process = subprocess.Popen(
            [sys.executable, *SERVE, str(stage.path), str(port), change],
            cwd=ROOT,
            env=process_environment(environment or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            # Ctrl-C in the terminal is the demo's: it ends its servers in order.
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        """Hand on the events until the process ends."""
        assert self.process.stdout is not None
        failure = "it ended without a word"
        for line in self.process.stdout:
            if not line.endswith(b"\n"):
                break  # it was killed in the middle of a word
            event = Event.from_line(line)
            if event.kind == "listening":
                self.settle(int(event.text))
            elif event.kind == "failed":
                failure = f"{event.type}: {event.text}"
            else:
                self.on_event(replace(event, server=self.number))
        self.settle(CourseError(f"{self.stage.name} did not start: {failure}."))

    def settle(self, outcome: int | CourseError) -> None:
        """Say to whoever waits whether the server listens."""

        def set_outcome() -> None:
            if self.listening.done():
                return
            if isinstance(outcome, int):
                self.listening.set_result(outcome)
            else:
                self.listening.set_exception(outcome)

        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(set_outcome)

    async def wait_until_up(self) -> None:
        """Return once the server listens; its port is known then.

        Raises:
            CourseError: It did not start.
        """
        try:
            async with asyncio.timeout(START_TIMEOUT):
                self.port = await asyncio.shield(self.listening)
        except CourseError as error:
            raise CourseError(
                f"{error} To see all of it: cd {self.stage.name} and "
                "python manage.py check."
            ) from None
        except TimeoutError:
            raise CourseError(
                f"{self.stage.name} was not up after {START_TIMEOUT:.0f} s. Try "
                f"python manage.py runserver in {self.stage.name}."
            ) from None

    def read_log(self) -> str:
        """Return what the stage has logged so far."""
        self.log.seek(0)
        return self.log.read()

    def catch_up(self) -> None:
        """Ask the process to say that it has reported all that has happened."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def let_go(self) -> None:
        """Have the process end as by Ctrl-C, without waiting for it."""
        if self.process.stdin is not None:
            self.process.stdin.close()

    def kill(self) -> None:
        """End the process as kill -9 does, and hand on what it has still reported."""
        self.killed = True
        self.process.kill()
        self.process.wait()
        self.reader.join()

    def stop(self) -> None:
        """End the process: first as by Ctrl-C, then by force. Can be called twice."""
        self.let_go()
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            pass
        finally:  # also when an impatient user presses Ctrl-C again
            self.process.kill()
            self.process.wait()
        self.reader.join()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.log.close()
        self.listening.cancel()
