"""What a story is written with: browsers, sentences, and servers to restart."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from course.browser import Browser
from course.errors import ExpectationFailed
from course.lane import PATIENCE
from course.screen import Screen
from course.servers import Servers
from course.wire.row import OUTSIDE
from course.wire.timeline import Timeline

POLL = 0.1  # seconds between two looks


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


class Story:
    """One run of a story.

    Args:
        stage: Where it is played.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.timeline = stage.timeline
        self.browsers: list[Browser] = []

    def browser(
        self, name: str, server: int = 1, like: Browser | None = None
    ) -> Browser:
        """Add a browser; its lane stands to the right of the earlier ones.

        Args:
            name: The name of its lane.
            server: The number of the server it connects to.
            like: The tab whose cookies it shares; None for a browser of its own.
        """
        self.browsers.append(Browser(name, self, server, like))
        return self.browsers[-1]

    async def say(self, sentence: str) -> None:
        """Say what the next step will show, and wait until it may begin."""
        await self.stage.next_step(sentence)

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

    async def until_accepted(self, path: str, server: int) -> None:
        """Ask a server for a WebSocket until it is accepted. No row is shown.

        Args:
            path: What to ask for.
            server: The number of the server.
        """
        scout = Browser("scout", self, server)  # not of the story: it has no lane
        try:
            async with asyncio.timeout(PATIENCE):
                while await scout.handshake(path, ()) != 101:
                    await asyncio.sleep(POLL)
        except TimeoutError:
            said = f"Server {server} did not accept {path} in time."
            raise ExpectationFailed(said) from None
        finally:
            await scout.leave()

    async def queue_up(self, browsers: Sequence[Browser], path: str) -> None:
        """Have all browsers ask for a WebSocket, in this order, and wait for none.

        Each one's request and its handling get a row each.
        """
        for browser in browsers:
            await browser.announce(path)
        for browser in browsers:
            browser.begin(path)
            if browser is browsers[0]:
                await self.timeline.reported(browser.port, PATIENCE)

    @contextlib.asynccontextmanager
    async def at_once(self) -> AsyncIterator[None]:
        """Do things whose order is nobody's promise, in a with statement.

        On a terminal the rows appear as they come; a transcript groups them by browser.
        """
        self.stage.screen.hold(True)
        yield
        self.stage.screen.hold(False)

    @contextlib.asynccontextmanager
    async def unseen(self) -> AsyncIterator[None]:
        """Do things of which no row is shown, in a with statement."""
        await self.stage.catch_up()
        self.stage.screen.hide(True)
        yield
        await self.stage.catch_up()
        self.stage.screen.hide(False)

    def leave_out(self, *calls: str) -> None:
        """From now on show no rows of these methods of the layer, and of all others."""
        self.timeline.hidden = set(calls)
