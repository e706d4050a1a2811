"""The wire in the demo's process: rows from two ends, and how they are drawn."""

from typing import Any

import pytest

from course.wire.events import LONGEST, Event, describe, quote
from course.wire.render import Renderer
from course.wire.row import VISITOR, Row
from course.wire.timeline import Timeline


def test_an_event_survives_its_line() -> None:
    """An event is the same after a journey as JSON, whatever its text holds."""
    event = Event(
        "server", "up", "websocket.receive", 1.5, 2, 'ü "\n\ud800', "thread 1"
    )
    line = event.to_line()
    assert line.count(b"\n") == 1
    assert Event.from_line(line) == event


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"type": "websocket.receive", "text": "", "bytes": None}, '""'),
        ({"type": "websocket.receive", "bytes": b"\x00\xff"}, "2 bytes"),
        ({"type": "websocket.close", "code": 4400}, "4400"),
        ({"type": "websocket.accept", "subprotocol": "echo.v1"}, "echo.v1"),
        ({"type": "http.response.start", "status": 404}, "404"),
    ],
)
def test_what_is_shown_of_an_event(message: dict[str, Any], text: str) -> None:
    """An event is shown by its type and its content."""
    assert describe(message) == f"{message['type']} {text}"


@pytest.mark.parametrize("text", ["a\nb", "\x1b[31m", "\ud800", "\u202e", "\x00"])
def test_what_breaks_a_terminal_is_escaped(text: str) -> None:
    """Control characters, bidi marks and surrogates never reach the terminal."""
    assert quote(text).isprintable()


def test_a_long_text_is_shortened() -> None:
    """A long text is shown in part, with its length."""
    assert quote("x" * (LONGEST + 1)).endswith(f"… {LONGEST + 1} characters")


@pytest.fixture
def timeline() -> Timeline:
    """A timeline of the browsers alice, at port 1, and bob, at port 2."""
    timeline = Timeline()
    timeline.name(1, "alice")
    timeline.name(2, "bob")
    return timeline


async def test_two_ends_become_one_row(timeline: Timeline) -> None:
    """The browser's end and the server's end of a frame are one row."""
    row = await timeline.seen(1, "websocket.receive", '"hi"', up=True)
    assert not row.complete
    await timeline.report(Event("server", "up", "websocket.receive", 0, 1, "got"))
    assert timeline.rows == [row]
    assert (row.browser, row.seen, row.event) == ("alice", '"hi"', "got")
    await timeline.completed(row, 0)


async def test_the_server_may_be_first(timeline: Timeline) -> None:
    """A report that overtakes the browser waits for the browser's end."""
    await timeline.report(Event("server", "down", "websocket.send", 0, 1, "sent"))
    row = await timeline.seen(1, "websocket.send", '"3"', up=False)
    assert timeline.rows == [row]
    assert row.complete


async def test_frames_are_matched_in_order(timeline: Timeline) -> None:
    """Of equal frames the first end belongs to the first, each port on its own."""
    first = await timeline.seen(1, "websocket.receive", "a", up=True)
    second = await timeline.seen(1, "websocket.receive", "b", up=True)
    other = await timeline.seen(2, "websocket.receive", "c", up=True)
    for port, text in ((2, "C"), (1, "A"), (1, "B")):
        await timeline.report(Event("server", "up", "websocket.receive", 0, port, text))
    assert [row.event for row in (first, second, other)] == ["A", "B", "C"]


async def test_waiting_for_an_end_has_a_limit(timeline: Timeline) -> None:
    """An end that does not appear is a TimeoutError."""
    row = await timeline.seen(1, "websocket.receive", "a", up=True)
    with pytest.raises(TimeoutError):
        await timeline.completed(row, 0.01)


async def test_an_unknown_client_is_a_visitor(timeline: Timeline) -> None:
    """Whoever opens the page beside the story has a lane, and one end is enough."""
    await timeline.report(Event("server", "up", "websocket.connect", 0, 9, "x"))
    assert timeline.rows[0].browser == VISITOR
    assert timeline.rows[0].complete


async def test_rows_stand_in_the_order_of_the_reports(timeline: Timeline) -> None:
    """The server's order is that of the handlers, whoever was first to see an end."""
    await timeline.report(Event("server", "down", "websocket.close", 0, 1, "one"))
    await timeline.report(Event("server", "up", "websocket.connect", 0, 2, "other"))
    await timeline.seen(2, "websocket.connect", "connect", up=True)
    await timeline.seen(1, "websocket.close", "closed", up=False)
    assert [row.event for row in timeline.ordered] == ["one", "other"]


async def test_a_request_that_waits_has_a_row_of_its_own(timeline: Timeline) -> None:
    """What is handled only later has two rows, with what comes between in between."""
    await timeline.seen_apart(2, "websocket.connect", "connect")
    await timeline.report(Event("server", "down", "websocket.send", 0, 1, "sent"))
    await timeline.report(Event("server", "up", "websocket.connect", 0, 2, "handled"))
    rows = [(row.browser, row.seen, row.event) for row in timeline.ordered]
    assert rows == [
        ("bob", "connect", ""),
        ("alice", "", "sent"),
        ("bob", "", "handled"),
    ]


async def test_a_port_that_is_used_again_starts_afresh(timeline: Timeline) -> None:
    """Nothing of an old connection sticks to a new one from the same port."""
    await timeline.seen_apart(2, "websocket.connect", "connect")
    await timeline.report(Event("server", "up", "websocket.connect", 0, 2, "handled"))
    timeline.name(2, "carol")
    with pytest.raises(TimeoutError):
        await timeline.reported(2, 0.01)
    row = await timeline.seen(2, "websocket.connect", "connect", up=True)
    assert not row.complete


def draw(row: Row, **options: Any) -> str:
    """Return a row as drawn with the lanes alice and bob, 80 columns wide."""
    return Renderer(("alice", "bob"), 80, **options).row(row).plain


def test_a_row_is_an_arrow_between_its_ends() -> None:
    """Up points to the server, down to the browser."""
    up = draw(Row(0, "alice", True, '"hi"', 'websocket.receive "hi"', "thread 1"))
    down = draw(Row(0, "bob", False, "open", "websocket.accept"))
    assert up == '"hi" ' + "─" * 33 + '▶ websocket.receive "hi"      thread 1'
    assert down == " " * 20 + "open ◀" + "─" * 13 + " websocket.accept"


def test_a_row_without_unicode() -> None:
    """A terminal that only has ASCII gets ASCII."""
    row = Row(0, "alice", True, "ü…", "websocket.receive")
    assert draw(row, plain=True).isascii()


def test_the_time_counts_from_the_start() -> None:
    """The time column holds seconds since the demo began."""
    row = Row(12.5, "alice", True, '"hi"', "websocket.receive")
    assert draw(row, started=10.0).startswith('  2.50  "hi"')


@pytest.mark.parametrize("seen", ["x" * 200, "🙂" * 200, ""])
def test_no_row_is_wider_than_the_terminal(seen: str) -> None:
    """Long texts are cut, wide characters count double."""
    row = Row(0, "bob", True, seen, "y" * 200, "event loop")
    text = Renderer(("alice", "bob"), 80).row(row)
    assert text.cell_len <= 80
