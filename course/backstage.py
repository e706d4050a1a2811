"""What a story does to the processes it is played with."""

from typing import Protocol

from course.errors import ExpectationFailed
from course.lane import PATIENCE
from course.screen import Screen
from course.servers import Servers
from course.wire.row import NOBODY, OUTSIDE, Row
from course.wire.timeline import Timeline


class Stage(Protocol):
    """Where a story is played.

    Attributes:
        timeline: Where its rows are collected.
        screen: Where they are shown.
        servers: The processes it is played with.
        layer: Whether it has a channel layer, and browsers that speak JSON to it.
    """

    timeline: Timeline
    screen: Screen
    servers: Servers
    layer: bool

    async def next_step(self, sentence: str) -> None:
        """Announce a step, and return when it may begin."""

    async def catch_up(self) -> None:
        """Wait until all is known that the servers have done up to now."""


class Backstage:
    """The servers, their Redis and their database.

    Args:
        stage: Where the story is played.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.timeline = stage.timeline

    async def restart(self, change: str = "", **environment: str) -> None:
        """Start the servers anew; every connection must be closed.

        Args:
            change: The name of a function in course/demos/changes.py that changes the
                running stage, as somebody might change its code.
            environment: Environment variables of the new servers.
        """
        await self.stage.servers.restart(change, environment)

    async def manage(self, *words: str) -> None:
        """Run a command of the stage that asks something of the channel layer.

        Args:
            words: The words after manage.py.
        """
        self.timeline.name(0, OUTSIDE)
        await self.stage.servers.run(words)
        try:
            await self.timeline.reported(0, PATIENCE)
        except TimeoutError:
            said = f"manage.py {words[0]} asked nothing of the channel layer."
            raise ExpectationFailed(said) from None
        rows = [row for row in self.timeline.rows if row.browser == OUTSIDE]
        self.timeline.looked_at.append(rows[-1])

    async def deactivate(self, user: str) -> None:
        """Deactivate a user's account, from outside of any server. No row is shown."""
        change = (
            "from django.contrib.auth import get_user_model; "
            f"get_user_model().objects.filter(username={user!r}).update(is_active=False)"
        )
        await self.stage.servers.run(["shell", "--command", change])

    @property
    def redis_url(self) -> str:
        """The address of the Redis, as the variable REDIS_URL takes it."""
        return self.stage.servers.redis_url

    @property
    def can_stop_redis(self) -> bool:
        """Whether the Redis is the demo's own, and not the user's."""
        return self.stage.servers.valkey is not None

    async def stop_redis(self) -> None:
        """Stop the demo's Redis, at once."""
        assert self.stage.servers.valkey is not None
        self.stage.servers.valkey.stop()

    async def start_redis(self) -> None:
        """Start the demo's Redis again, at the same address."""
        assert self.stage.servers.valkey is not None
        self.stage.servers.valkey.start()
        await self.stage.servers.valkey.wait_until_up()

    async def kill_server(self, number: int) -> None:
        """Kill one server, as kill -9 does; the others live on.

        Its browsers see their connections break: see Browser.expect_lost().

        Args:
            number: The server's number.
        """
        await self.stage.catch_up()
        await self.stage.servers.kill(number)
        await self.process_row(number)

    async def start_server(self, number: int) -> None:
        """Start a server that was killed, at the same port, and wait until it is up.

        Args:
            number: The server's number.
        """
        await self.stage.servers.revive(number)
        await self.process_row(number)

    async def process_row(self, number: int) -> None:
        """Wait for the row of what was done to a server's process."""

        def new() -> list[Row]:
            known = {id(row) for row in self.timeline.looked_at}
            mine = (row for row in self.timeline.ordered if row.browser == NOBODY)
            own = (row for row in mine if row.lane == "server" and row.server == number)
            return [row for row in own if id(row) not in known]

        await self.timeline.until(lambda: bool(new()), PATIENCE)
        self.timeline.looked_at += new()

    async def ran(self, statement: str, server: int = 1) -> None:
        """Wait until a server has run an SQL statement, whoever it was for.

        A transcript tells it here, with the rest of its transaction; what connections
        of this server do after it is told after it.

        Args:
            statement: What is shown of it, or the beginning: "COMMIT". The first of
                this step that was not waited for before is meant.
            server: The server's number.

        Raises:
            ExpectationFailed: It has not in time.
        """
        try:
            row = await self.timeline.ran(statement, server, PATIENCE)
        except TimeoutError:
            said = f"Server {server} never ran {statement}."
            raise ExpectationFailed(said) from None
        self.timeline.looked_at.append(row)
