"""The processes of a demo: the stage's servers, perhaps Valkey and a database."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

from course.database import Database
from course.environment import ROOT
from course.errors import ExpectationFailed
from course.server import StageServer, process_environment
from course.stages import Stage
from course.valkey import Valkey
from course.wire.events import Event, now

COMMAND = ("-m", "course.wire.command")


class Servers:
    """Starts the processes of a demo, and ends them.

    Args:
        stage: The stage that is served. Its first server is started at once.
        port: The first server's TCP port on 127.0.0.1; 0 for any free one, as the
            others have it.
        on_event: Called with each event of the wire, in any thread.
        environment: Environment variables of every server and command.
        redis_url: The address of the user's own Redis; "" if there is none.
    """

    def __init__(
        self,
        stage: Stage,
        port: int,
        on_event: Callable[[Event], None],
        environment: Mapping[str, str],
        redis_url: str,
    ) -> None:
        self.stage = stage
        self.port = port
        self.on_event = on_event
        # Named for every stage: none is ever on the learner's own.
        self.database = Database(stage)
        self.always = {**environment, **self.database.environment}
        self.change = ""
        self.environment = self.always
        self.redis_url = redis_url
        self.valkey: Valkey | None = None
        self.servers = [self.start(1)]

    def start(self, number: int, port: int = 0) -> StageServer:
        """Return a server that has begun to start.

        Args:
            number: Its number, from 1.
            port: Its TCP port; 0 for the first server's own, and for any free one.
        """
        port = port or (self.port if number == 1 else 0)
        on_event, environment = self.on_event, self.environment
        return StageServer(self.stage, port, on_event, self.change, environment, number)

    @property
    def living(self) -> list[StageServer]:
        """The servers that were not killed."""
        return [server for server in self.servers if not server.killed]

    async def complete(self, count: int, redis: bool, database: bool = False) -> None:
        """Start what a story wants beside the first server, and wait for all of it.

        Args:
            count: How many servers.
            redis: Whether it needs a Redis: a Valkey is started if the user has none.
            database: Whether it needs a database: a temporary one is made.

        Raises:
            CourseError: One of them did not start.
        """
        if database:
            self.database.start()
        if redis and not self.redis_url:
            self.valkey = Valkey()
            self.redis_url = self.valkey.url
            self.valkey.start()
        self.servers += [self.start(number) for number in range(2, count + 1)]
        await self.wait_until_up()
        if self.valkey is not None:
            await self.valkey.wait_until_up()
        if database:
            await self.database.wait_until_up()

    async def wait_until_up(self) -> None:
        """Return once every server listens.

        Raises:
            CourseError: One of them did not start.
        """
        for server in self.servers:
            await server.wait_until_up()

    def port_of(self, number: int) -> int:
        """Return a server's TCP port on 127.0.0.1."""
        return self.servers[number - 1].port

    async def restart(self, change: str, environment: Mapping[str, str]) -> None:
        """Start all servers anew.

        Args:
            change: The name of a function in course/demos/changes.py.
            environment: Environment variables beside those of every server.
        """
        self.stop_servers()
        self.environment = {**self.always, **environment}
        self.change = change
        numbers = range(1, len(self.servers) + 1)
        self.servers = [self.start(number) for number in numbers]
        await self.wait_until_up()

    async def kill(self, number: int) -> None:
        """Kill one server. All that it has reported is handed on before its end is.

        Args:
            number: The server's number.
        """
        await asyncio.to_thread(self.servers[number - 1].kill)
        self.tell(number, "killed (kill -9)")

    async def revive(self, number: int) -> None:
        """Start a server that was killed, at the same port, as it was started before.

        Args:
            number: The server's number.

        Raises:
            CourseError: It did not start.
        """
        dead = self.servers[number - 1]
        dead.stop()
        self.servers[number - 1] = self.start(number, dead.port)
        await self.servers[number - 1].wait_until_up()
        self.tell(number, "started")

    def tell(self, number: int, what: str) -> None:
        """Report what was done to a server's process."""
        self.on_event(Event("server", "process", "", now(), text=what, server=number))

    async def run(self, words: Sequence[str]) -> None:
        """Run a command of the stage, with the servers' environment, to its end.

        Args:
            words: The words after manage.py.

        Raises:
            ExpectationFailed: It failed.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *COMMAND,
            str(self.stage.path),
            *words,
            cwd=ROOT,
            env=process_environment(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stdout is not None and process.stderr is not None
        try:
            async for line in process.stdout:
                self.on_event(Event.from_line(line))
            said = (await process.stderr.read()).decode(errors="replace").strip()
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise ExpectationFailed(f"manage.py {words[0]} failed: {said}")

    def read_log(self) -> str:
        """Return what the stage has logged so far, one server after the other."""
        return "\n".join(server.read_log().strip() for server in self.servers).strip()

    def stop_servers(self) -> None:
        """End every server of the stage."""
        with contextlib.ExitStack() as stack:  # each one, even if another cannot be
            for server in self.servers:
                server.let_go()  # so that they end at the same time
                stack.callback(server.stop)

    def stop(self) -> None:
        """End every process. Can be called twice."""
        with contextlib.ExitStack() as stack:
            stack.callback(self.database.stop)
            if self.valkey is not None:
                stack.callback(self.valkey.stop)
            self.stop_servers()
