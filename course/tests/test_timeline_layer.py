"""The wire in the demo's process: the rows of the channel layer."""

import pytest

from course.wire.events import Event
from course.wire.timeline import Timeline


@pytest.fixture
def timeline() -> Timeline:
    """A timeline of the browsers alice, at port 1, and bob, at port 2."""
    timeline = Timeline()
    timeline.name(1, "alice")
    timeline.name(2, "bob")
    return timeline


def layer_event(port: int, type: str, text: str, channel: str = "") -> Event:
    """Return what a server reports of the channel layer."""
    kind = "down" if type == "receive" else "up"
    return Event("layer", kind, type, 0, port, text, channel=channel, server=2)


async def test_the_layer_has_rows_of_its_own(timeline: Timeline) -> None:
    """What a connection asks of the layer, and is given, is complete at once."""
    await timeline.report(layer_event(1, "group_send", "group_send red hi"))
    await timeline.report(layer_event(2, "receive", "hi"))
    rows = [(row.browser, row.up, row.event, row.starts) for row in timeline.ordered]
    assert rows == [
        ("alice", True, "group_send red hi", False),
        ("bob", False, "hi", True),
    ]
    assert all(row.complete and row.server == 2 for row in timeline.ordered)


async def test_a_channel_is_called_after_its_owner(timeline: Timeline) -> None:
    """A random channel name is replaced by whose it is, as soon as that is known."""
    await timeline.report(layer_event(1, "send", "send x!1 hi", "x!1"))
    assert not timeline.ordered[0].complete
    await timeline.report(layer_event(2, "new_channel", "new_channel x!1", "x!1"))
    shown = [row.event for row in timeline.ordered]
    assert shown == ["send bob's channel hi", "new_channel bob's channel"]
    assert all(row.complete for row in timeline.ordered)


async def test_calls_that_are_left_out_have_no_row(timeline: Timeline) -> None:
    """They are not shown, but their channels are known."""
    timeline.hidden = {"new_channel"}
    await timeline.report(layer_event(2, "new_channel", "new_channel x!1", "x!1"))
    await timeline.report(layer_event(1, "send", "send x!1 hi", "x!1"))
    assert [row.event for row in timeline.ordered] == ["send bob's channel hi"]


async def test_what_nobody_sees_can_be_waited_for(timeline: Timeline) -> None:
    """An event of the layer counts for the connection that was given it."""
    for port, type in ((1, "join"), (2, "join"), (1, "list"), (1, "join")):
        await timeline.report(layer_event(port, "receive", type))
    assert await timeline.given(1, "join", 1, 0) is timeline.ordered[0]
    assert await timeline.given(1, "join", 2, 0) is timeline.ordered[3]
    for port, type, times in ((2, "join", 2), (2, "list", 1)):
        with pytest.raises(TimeoutError):
            await timeline.given(port, type, times, 0.01)


async def test_the_end_of_a_connection_is_no_row(timeline: Timeline) -> None:
    """It can be waited for, until the port belongs to a new connection."""
    await timeline.report(Event("server", "end", "", 0, 1))
    assert timeline.rows == []
    await timeline.over(1, 0)
    timeline.name(1, "carol")
    with pytest.raises(TimeoutError):
        await timeline.over(1, 0.01)


async def test_that_a_server_has_caught_up_can_be_waited_for(
    timeline: Timeline,
) -> None:
    """Each server's own word counts, as often as it is given."""
    await timeline.report(Event("server", "caught up", "", server=2))
    await timeline.up_to_date(2, 1, 0)
    for server, times in ((1, 1), (2, 2)):
        with pytest.raises(TimeoutError):
            await timeline.up_to_date(server, times, 0.01)
