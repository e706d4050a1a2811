"""What a story is written with: browsers, sentences, and servers to restart."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from course.browser import Browser
from course.lane import PATIENCE
from course.wire.timeline import Timeline


class Stage(Protocol):
    """Where a story is played: it shows the steps, and serves the stage."""

    timeline: Timeline
    port: int

    async def next_step(self, sentence: str) -> None:
        """Announce a step, and return when it may begin."""

    async def restart(self, change: str, environment: dict[str, str]) -> None:
        """Start the server anew."""

    def hold(self, at_once: bool) -> None:
        """Begin or end a part whose rows come in no certain order."""


class Story:
    """One run of a story.

    Args:
        stage: Where it is played.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.timeline = stage.timeline
        self.browsers: list[Browser] = []

    @property
    def port(self) -> int:
        """The server's TCP port on 127.0.0.1."""
        return self.stage.port

    def browser(self, name: str) -> Browser:
        """Add a browser; its lane stands to the right of the earlier ones."""
        self.browsers.append(Browser(name, self))
        return self.browsers[-1]

    async def say(self, sentence: str) -> None:
        """Say what the next step will show, and wait until it may begin."""
        await self.stage.next_step(sentence)

    async def restart(self, change: str = "", **environment: str) -> None:
        """Start the server anew; every connection must be closed.

        Args:
            change: The name of a function in course/demos/changes.py that changes the
                running stage, as somebody might change its code.
            environment: Environment variables of the new server.
        """
        await self.stage.restart(change, environment)

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
        self.stage.hold(True)
        yield
        self.stage.hold(False)
