"""Playing a stage's story, and showing both sides of the wire."""

import argparse
import asyncio
import contextlib
import importlib
import io
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.doctor.redis import examine_url
from course.errors import CourseError, EndedByUser
from course.server import require_free
from course.servers import Servers
from course.stages import BASE_PORT, Stage
from course.wire.events import Event

if TYPE_CHECKING:  # rich is imported while the server starts
    from rich.console import Console

QUICK = {"TICK": "0.1"}  # seconds; without an audience nobody needs to follow


def transcript_path(stage: Stage) -> Path:
    """Return where a stage's golden transcript is kept."""
    return stage.root / "notes" / "transcripts" / f"{stage.name}.txt"


def load_story(stage: Stage) -> Any:
    """Return the module that holds a stage's story.

    Raises:
        CourseError: The stage has none yet.
    """
    name = f"course.demos.{stage.name}"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise CourseError(f"{stage.name} has no story: {name} is missing.") from None


def demo(stage: Stage, options: argparse.Namespace) -> int:
    """Play a stage's story as the command line asks for it.

    Returns:
        0 if every expectation held, 1 if not. 128 and the signal's number if a signal
        ended it; but Ctrl-C is the usual end, and 0, where the screen offers it: when
        it waits for Enter, and after the story.

    Raises:
        CourseError: It cannot be played here: the message says what to do.
    """
    if options.record:
        transcript = record(stage)
        path = transcript_path(stage)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(transcript, encoding="utf-8")
        sys.stdout.write(f"Wrote {path.relative_to(stage.root)}.\n")
        return 0
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    pace = options.pace
    if pace is None and interactive and not options.auto:
        pace = "enter"
    port = BASE_PORT + stage.number if options.port is None else options.port
    require_free(port, stage.number)
    redis_url = os.environ.get("REDIS_URL", "")
    if redis_url and getattr(load_story(stage), "VALKEY", False):
        for finding in examine_url(redis_url):
            raise CourseError(f"{finding.cause}. To mend it: {finding.remedy}.")
    playing = play(stage, port, pace, stay=interactive, redis_url=redis_url)
    return run_until_signal(playing)


def record(stage: Stage) -> str:
    """Play a stage's story and return its transcript.

    Raises:
        CourseError: An expectation did not hold.
    """
    from rich.console import Console

    from course.screen import USUAL

    out = io.StringIO()
    console = Console(file=out, width=USUAL, color_system=None)
    perform(stage, console)
    return out.getvalue()


def perform(stage: Stage, console: "Console") -> None:
    """Play a stage's story on a free port, without times, and show it on a console.

    Raises:
        CourseError: An expectation did not hold.
    """
    playing = play(stage, 0, None, stay=False, console=console, environment=QUICK)
    if asyncio.run(playing):
        raise CourseError(
            f"The story of {stage.name} failed. To see where: "
            f"python -m course demo {stage.number} --auto."
        )


def run_until_signal(playing: Any) -> int:
    """Run a demo; SIGINT, SIGTERM and SIGHUP cancel it, so that its clean-up runs."""
    received: list[int] = []

    async def guarded() -> int:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()

        def cancel(number: int) -> None:
            received.append(number)
            task.cancel()

        for name in ("SIGTERM", "SIGHUP") if os.name != "nt" else ():
            number = getattr(signal, name)
            loop.add_signal_handler(number, cancel, number)
        status: int = await playing
        return status

    try:
        status = asyncio.run(guarded())
    except KeyboardInterrupt:
        status = 128 + signal.SIGINT
    except asyncio.CancelledError:
        pass
    return 128 + received[0] if received else status


async def play(
    stage: Stage,
    port: int,
    pace: float | str | None,
    stay: bool,
    console: "Console | None" = None,
    environment: Mapping[str, str] | None = None,
    redis_url: str = "",
) -> int:
    """Start a stage, play its story, and end every process that was started.

    Args:
        stage: The stage.
        port: The TCP port of its server; 0 for any free one.
        pace: "enter" to wait for Enter at each step, seconds, or None.
        stay: Whether to leave the server up after the story, until cancelled.
        console: Where to show it without times; None for the terminal.
        environment: Environment variables of the server, beside those of this process.
        redis_url: The address of the user's own Redis; "" if there is none.

    Returns:
        0 if every expectation of the story held, else 1.
    """
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[Event] = asyncio.Queue()

    def on_event(event: Event) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(events.put_nowait, event)

    servers = Servers(stage, port, on_event, environment or {}, redis_url)
    try:
        # While the server starts: rich and websockets take a moment to import.
        from course.stagehand import Stagehand

        hand = Stagehand(stage, load_story(stage), pace, console, servers)
        pump = asyncio.create_task(hand.pump(events))
        # A closed pipe (`| head`) ends it by SystemExit, which asyncio.run raises.
        pump.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            status = await hand.perform()
            if stay and status == 0:
                with contextlib.suppress(asyncio.CancelledError):
                    await hand.stay()
        except EndedByUser:
            status = 0
        pump.cancel()
        return status
    finally:
        servers.stop()
