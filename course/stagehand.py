"""Whoever shows a story: prints the steps and rows, and waits between them."""

import asyncio
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from course.errors import ExpectationFailed
from course.server import StageServer
from course.stages import Stage
from course.story import Story
from course.wire.events import Event, now
from course.wire.render import Renderer
from course.wire.timeline import VISITOR, Timeline

if sys.platform != "win32":
    import termios

USUAL = 100  # columns
WIDEST = 160  # columns; a longer line is hard to follow
ASIDE = "/static/"  # requests for the page's files are not part of the lesson


Serve = Callable[[str, dict[str, str]], Awaitable[StageServer]]


class Stagehand:
    """Shows one run of a story on a terminal or in a transcript.

    Args:
        stage: The stage whose story it is.
        script: The story's module.
        pace: "enter" to wait for Enter at each step, seconds, or None.
        console: Where to show it; None for the terminal. Only the terminal gets times:
            they are never the same twice.
        serve: Starts the stage's server, in place of the one before, with a change and
            environment variables; returns it when it listens.
    """

    def __init__(
        self,
        stage: Stage,
        script: Any,
        pace: float | str | None,
        console: Console | None,
        serve: Serve,
    ) -> None:
        self.stage = stage
        self.script = script
        self.pace = pace
        self.serve = serve
        self.timeline = Timeline()
        self.timeline.on_change = self.show_complete
        self.shown = 0
        self.step = 0
        self.port = 0
        self.held = False
        self.started = now() if console is None else None
        self.console = console or Console(highlight=False, soft_wrap=True)
        # Without a terminal there is no width to go by.
        width = self.console.width if self.console.is_terminal else USUAL
        self.width = min(width, WIDEST)
        self.plain = not self.console.encoding.lower().startswith("utf")
        self.renderer = self.renderer_for(script.BROWSERS)

    def renderer_for(self, browsers: tuple[str, ...]) -> Renderer:
        """Return a renderer with these lanes."""
        return Renderer(browsers, self.width, self.started, self.plain)

    async def pump(self, events: "asyncio.Queue[Event]") -> None:
        """Put what the servers report into the timeline."""
        while True:
            event = await events.get()
            if ASIDE not in event.text:
                await self.timeline.report(event)

    async def perform(self) -> int:
        """Start the server and play the story.

        Returns:
            0 if every expectation held, else 1.
        """
        await self.restart("", {})
        self.print(Text(f"make demo-{self.stage.number}", style="bold"))
        self.print(Text(f"{self.stage.name}: {self.stage.concept}"))
        story = Story(self)
        try:
            await self.script.play(story)
        except ExpectationFailed as failure:
            self.show_rest()
            self.print(Text(f"\n{self.server.read_log().strip()}", style="dim"))
            self.print(Text(f"\nThe story failed at step {self.step}: {failure}"))
            return 1
        finally:
            for browser in story.browsers:
                await browser.leave()
        self.show_rest()
        return 0

    async def restart(self, change: str, environment: dict[str, str]) -> None:
        """Start the server, in place of the one before."""
        self.server = await self.serve(change, environment)
        self.port = self.server.port

    def hold(self, at_once: bool) -> None:
        """Begin or end a part whose rows come in no certain order.

        For a transcript they are held back, and grouped by browser.
        """
        if self.started is not None:
            return
        self.held = at_once
        if not at_once:
            browsers, ordered = self.renderer.browsers, self.timeline.ordered
            known = [row for row in ordered[self.shown :] if row.browser in browsers]
            known.sort(key=lambda row: browsers.index(row.browser))
            ordered[self.shown :] = known
            self.show_complete()

    async def next_step(self, sentence: str) -> None:
        """Announce a step, and return when it may begin."""
        self.show_rest()
        self.step += 1
        self.print(Text(f"\n{self.step}. {sentence}\n", style="bold"))
        if self.pace == "enter":
            await self.wait_for_enter()
        elif isinstance(self.pace, float):
            await asyncio.sleep(self.pace)
        self.print(self.renderer.header())

    async def wait_for_enter(self) -> None:
        """Wait until Enter is pressed (or standard input ends)."""
        if sys.platform != "win32":
            # What was typed while the step before was shown does not count.
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
        self.console.print("[dim]Enter: go on    Ctrl-C: end[/dim]", end="")
        loop = asyncio.get_running_loop()
        pressed: asyncio.Future[None] = loop.create_future()

        def read() -> None:
            # Not sys.stdin: at exit Python would wait for the lock this thread holds.
            os.read(sys.stdin.fileno(), 1024)
            if not loop.is_closed():
                loop.call_soon_threadsafe(pressed.set_result, None)

        threading.Thread(target=read, daemon=True).start()
        await pressed
        # Enter has moved the cursor down: go back up and take the hint away.
        self.console.control(
            Control((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2))
        )

    async def stay(self) -> None:
        """Leave the page up and show what its visitors do, until cancelled."""
        self.print(
            Text(
                f"\nThe page is up: http://127.0.0.1:{self.port}/\n"
                "What you do there is shown here. Ctrl-C ends it.\n",
                style="bold",
            )
        )
        self.renderer = self.renderer_for((VISITOR,))
        self.print(self.renderer.header())
        while True:
            await asyncio.sleep(3600)

    def show_complete(self) -> None:
        """Print the rows that are complete, up to the first that is not."""
        rows = self.timeline.ordered
        while self.shown < len(rows) and rows[self.shown].complete and not self.held:
            # While the story plays, a visitor of the page has no lane in it.
            if rows[self.shown].browser in self.renderer.browsers:
                self.print(self.renderer.row(rows[self.shown]))
            self.shown += 1

    def show_rest(self) -> None:
        """Print the rows of which one end is missing."""
        ordered = self.timeline.ordered
        for row in self.timeline.rows:
            if not row.complete:
                row.alone = True
                if not any(row is other for other in ordered):
                    ordered.append(row)
        self.show_complete()

    def print(self, text: Text) -> None:
        """Print a line, without spaces at its end."""
        self.console.print(text)
