"""Whoever shows a story: starts the servers, says the steps, waits between them."""

import asyncio
import os
import sys
import threading
from typing import Any

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from course.database import PASSWORD, USERS
from course.errors import EndedByUser, ExpectationFailed
from course.lane import PATIENCE
from course.screen import Screen
from course.servers import Servers
from course.stages import Stage
from course.story import Story
from course.wire.events import Event
from course.wire.row import VISITOR
from course.wire.timeline import Timeline

if sys.platform != "win32":
    import termios

ACCOUNTS = f"Users: {', '.join(USERS)}. Password: {PASSWORD}"
ASIDE = "/static/"  # requests for the page's files are not part of the lesson


class Stagehand:
    """Shows one run of a story on a terminal or in a transcript.

    Args:
        stage: The stage whose story it is.
        script: The story's module.
        pace: "enter" to wait for Enter at each step, seconds, or None.
        console: Where to show it; None for the terminal.
        servers: The processes it is played with.
    """

    def __init__(
        self,
        stage: Stage,
        script: Any,
        pace: float | str | None,
        console: Console | None,
        servers: Servers,
    ) -> None:
        self.stage = stage
        self.script = script
        self.pace = pace
        self.servers = servers
        self.timeline = Timeline()
        self.count = getattr(script, "SERVERS", 1)
        self.layer = getattr(script, "VALKEY", False)
        self.database = getattr(script, "DATABASE", False)
        self.sql = getattr(script, "SQL", False)
        several = self.count > 1
        self.screen = Screen(self.timeline, console, self.layer, several, self.sql)
        self.screen.set_lanes(script.BROWSERS)
        self.step = 0

    async def pump(self, events: "asyncio.Queue[Event]") -> None:
        """Put what the servers report into the timeline."""
        while True:
            waiting = [await events.get()]
            while not events.empty():
                waiting.append(events.get_nowait())
            # Several processes report: the one that was first may be read last.
            for event in sorted(waiting, key=lambda event: event.at):
                if ASIDE not in event.text and (self.sql or event.lane != "sql"):
                    await self.timeline.report(event)

    async def perform(self) -> int:
        """Play the story, once all its servers are up.

        Returns:
            0 if every expectation held, else 1.
        """
        await self.servers.complete(self.count, self.layer, self.database)
        self.screen.print(Text(f"make demo-{self.stage.number}", style="bold"))
        self.screen.print(Text(f"{self.stage.name}: {self.stage.concept}"))
        if self.database and self.screen.started is not None:
            self.screen.print(Text(ACCOUNTS))
        story = Story(self)
        try:
            await self.script.play(story)
            await self.catch_up()
        except ExpectationFailed as failure:
            self.screen.show_rest()
            self.screen.print(Text(f"\n{self.servers.read_log()}", style="dim"))
            said = f"\nThe story failed at step {self.step}: {failure}"
            self.screen.print(Text(said))
            return 1
        finally:
            # That all leave is no part of the story.
            self.screen.hide(True)
            for browser in story.browsers:
                await browser.leave()
            self.screen.hide(False)
        return 0

    async def catch_up(self) -> None:
        """Wait until all is known that the servers have done up to now.

        A row with a browser's end is waited for by the story. One of the layer alone
        may come late, if another process was the first to be read.
        """
        for server in self.servers.living if self.layer else ():
            times = self.timeline.caught_up[server.number] + 1
            try:
                server.catch_up()
                await self.timeline.up_to_date(server.number, times, PATIENCE)
            except (OSError, TimeoutError):
                said = f"Server {server.number} does not report any more."
                raise ExpectationFailed(said) from None

    async def next_step(self, sentence: str) -> None:
        """Announce a step, and return when it may begin."""
        await self.catch_up()
        self.screen.show_rest()
        self.step += 1
        self.screen.print(Text(f"\n{self.step}. {sentence}\n", style="bold"))
        if self.pace == "enter":
            await self.wait_for_enter()
        elif isinstance(self.pace, float):
            await asyncio.sleep(self.pace)
        self.screen.print(self.screen.renderer.header())

    async def wait_for_enter(self) -> None:
        """Wait until Enter is pressed (or standard input ends).

        Raises:
            EndedByUser: It was cancelled instead: by Ctrl-C, or another signal.
        """
        console = self.screen.console
        if sys.platform != "win32":
            # What was typed while the step before was shown does not count.
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
        console.print("[dim]Enter: go on    Ctrl-C: end[/dim]", end="")
        loop = asyncio.get_running_loop()
        pressed: asyncio.Future[None] = loop.create_future()

        def read() -> None:
            # Not sys.stdin: at exit Python would wait for the lock this thread holds.
            os.read(sys.stdin.fileno(), 1024)
            if not loop.is_closed():
                loop.call_soon_threadsafe(pressed.set_result, None)

        threading.Thread(target=read, daemon=True).start()
        try:
            await pressed
        except asyncio.CancelledError:
            console.print()  # what comes next does not stand behind the hint
            raise EndedByUser from None
        # Enter has moved the cursor down: go back up and take the hint away.
        console.control(
            Control((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2))
        )

    async def stay(self) -> None:
        """Leave the pages up and show what their visitors do, until cancelled."""
        lines = [f"The page is up: http://127.0.0.1:{self.servers.port_of(1)}/"]
        for number in range(2, self.count + 1):
            address = f"http://127.0.0.1:{self.servers.port_of(number)}/"
            lines.append(f"Server {number}: {address}")
        if self.servers.redis_url and self.layer:
            lines.append(f"Redis: {self.servers.redis_url}")
        if self.database:
            lines.append(ACCOUNTS)
        lines.append("What you do there is shown here. Ctrl-C ends it.")
        self.screen.print(Text("\n" + "\n".join(lines) + "\n", style="bold"))
        self.screen.set_lanes([VISITOR])
        self.screen.print(self.screen.renderer.header())
        while True:
            await asyncio.sleep(3600)
