"""What is printed of a timeline, and when."""

import io

import pytest
from rich.console import Console

from course.screen import Screen
from course.wire.events import Event
from course.wire.timeline import Timeline


@pytest.fixture
def timeline() -> Timeline:
    """A timeline of the browsers alice, at port 1, and bob, at port 2."""
    timeline = Timeline()
    timeline.name(1, "alice")
    timeline.name(2, "bob")
    return timeline


def show(timeline: Timeline, layer: bool = False) -> Screen:
    """Return a transcript of alice's and bob's rows."""
    console = Console(file=io.StringIO(), width=100, color_system=None)
    screen = Screen(timeline, console, layer, several=False)
    screen.set_lanes(["alice", "bob"])
    return screen


def shown(screen: Screen) -> list[str]:
    """Return what was printed, by its last word."""
    assert isinstance(screen.console.file, io.StringIO)
    return [line.split()[-1] for line in screen.console.file.getvalue().splitlines()]


async def frame(timeline: Timeline, port: int, text: str) -> None:
    """Have both ends of a frame become known."""
    await timeline.report(Event("server", "down", "websocket.send", 0, port, text))
    await timeline.seen(port, "websocket.send", text, up=False)


async def test_a_row_waits_for_the_one_before(timeline: Timeline) -> None:
    """Rows appear in their order, once both ends are known."""
    screen = show(timeline)
    await timeline.report(Event("server", "down", "websocket.send", 0, 1, "first"))
    await frame(timeline, 2, "second")
    assert shown(screen) == []
    await timeline.seen(1, "websocket.send", "first", up=False)
    assert shown(screen) == ["first", "second"]


async def test_who_has_no_lane_holds_nobody_up(timeline: Timeline) -> None:
    """One end of a frame of a browser that is not shown is no matter."""
    screen = show(timeline)
    timeline.name(3, "scout")
    await timeline.report(Event("server", "up", "websocket.disconnect", 0, 3, "gone"))
    await frame(timeline, 1, "first")
    assert shown(screen) == ["first"]


async def test_an_unseen_part_has_no_rows(timeline: Timeline) -> None:
    """What happens in it is not printed, nor later."""
    screen = show(timeline)
    await frame(timeline, 1, "before")
    screen.hide(True)
    await frame(timeline, 1, "unseen")
    await timeline.report(Event("server", "down", "websocket.send", 0, 2, "half"))
    screen.hide(False)
    await frame(timeline, 1, "after")
    assert shown(screen) == ["before", "after"]


async def test_a_step_of_a_layers_transcript_is_arranged(timeline: Timeline) -> None:
    """It is printed at its end, in the order in which the story looked at its rows."""
    screen = show(timeline, layer=True)
    for port, text in ((2, "second"), (1, "first")):
        await timeline.report(Event("layer", "down", "receive", 0, port, text))
    assert shown(screen) == []
    timeline.looked_at += reversed(timeline.ordered)
    screen.show_rest()
    assert shown(screen) == ["first", "second"]


async def test_an_event_that_is_left_out_is_not_printed(timeline: Timeline) -> None:
    """A handler may or may not be told of it before it knows by itself. It can still be
    waited for, and what its handler does is printed.
    """
    screen = show(timeline, layer=True)
    timeline.hidden = {"user.join"}
    await timeline.report(Event("layer", "down", "receive", 0, 1, "user.join"))
    await timeline.report(Event("layer", "up", "send", 0, 1, "send answer"))
    assert await timeline.given(1, "user.join", 1, 0) is timeline.ordered[0]
    screen.show_rest()
    assert shown(screen) == ["answer"]
