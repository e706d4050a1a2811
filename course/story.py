"""What a story is written with: browsers and sentences, and what is backstage."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from course.backstage import Backstage, Stage
from course.browser import Browser
from course.errors import ExpectationFailed
from course.lane import PATIENCE

POLL = 0.1  # seconds between two looks


class Story(Backstage):
    """One run of a story.

    Args:
        stage: Where it is played.
    """

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
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
        self.timeline.since = len(self.timeline.ordered)

    async def until_accepted(
        self, path: str, server: int, like: Browser | None = None
    ) -> None:
        """Ask a server for a WebSocket until it is accepted. No row is shown.

        Args:
            path: What to ask for.
            server: The number of the server.
            like: The browser whose cookies it is asked with.
        """
        scout = Browser("scout", self, server, like)  # not of the story: no lane
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
        self.timeline.since = len(self.timeline.ordered)

    def leave_out(self, *calls: str) -> None:
        """From now on show no rows of these, and of all others.

        Args:
            calls: Methods of the layer ("group_add"), or types of its events
                ("user.join"), which can still be waited for. Of SQL: verbs ("SELECT"),
                tables ("presence"), both ("SELECT room"), or all that is shown of a
                statement ("UPDATE room: seq + 1"). Of a transaction of which no
                statement is left, BEGIN and COMMIT are left out, too.
        """
        self.timeline.hidden = set(calls)
