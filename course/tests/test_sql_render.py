"""The drawing with a column for SQL."""

from typing import Any

import pytest

from course.wire.row import NOBODY, OUTSIDE, VISITOR, Row
from course.wire.sql_render import SqlRenderer

BROWSERS = ("alice", "bob", "carol")
ASKED = "group_send room.red chat.message"
LONGEST = ("UPDATE room: seq + 12", "SELECT message: seq > 1")


def renderer(width: int = 100, **options: Any) -> SqlRenderer:
    """Return a renderer of three browsers and two servers."""
    return SqlRenderer(BROWSERS, width, several=True, **options)


def row(browser: str, event: str, lane: str = "sql", up: bool = True) -> Row:
    """Return a row between server 2 and what is to its right."""
    return Row(0, browser, up, event=event, lane=lane, server=2)


def frame(browser: str, seen: str, event: str, where: str = "event loop") -> Row:
    """Return a row between a browser and a server."""
    return Row(0, browser, True, seen, event, where, server=2)


@pytest.mark.parametrize("width", [100, 108, 160])
@pytest.mark.parametrize("who", ["carol", NOBODY])
def test_a_statement_stands_in_its_own_column(width: int, who: str) -> None:
    """The arrow passes by the channel layer; a statement of nobody has the server's
    number alone; a statement of the chat is not cut."""
    drawn = renderer(width)
    header = drawn.header().plain
    server, layer, sql = map(header.index, ("server", "channel layer", "SQL"))
    for event in LONGEST:
        for up, arrow in ((True, "─▶ "), (False, " ◀─")):
            text = drawn.row(row(who, event, up=up)).plain
            assert text[:server].strip() == ""
            assert text[server:].startswith(f"2 {who}".rstrip() + " ")
            assert arrow in text[server:sql] and "─" in text[layer:sql]
            assert text[sql:] == event


def test_the_layer_is_drawn_as_without_sql() -> None:
    """Its column is where its name stands, and nothing of the chat's is cut."""
    drawn = renderer()
    layer = drawn.header().plain.index("channel layer")
    assert drawn.row(row("carol", ASKED, "layer")).plain[layer:] == ASKED


def test_types_of_events_are_not_cut() -> None:
    """In a narrow terminal it is not said what handlers run on; in a wide one it is."""
    left = frame("bob", "close 1000", "websocket.disconnect")
    assert renderer().row(left).plain.endswith(" 2 websocket.disconnect")
    assert renderer(160).row(left).plain.endswith(" event loop")


def test_what_is_done_to_a_process_stands_at_the_server() -> None:
    """There is no arrow: nobody has sent anything."""
    drawn = renderer()
    server = drawn.header().plain.index("server")
    text = drawn.row(row(NOBODY, "killed (kill -9)", "server")).plain
    assert text == " " * server + "2 killed (kill -9)"


@pytest.mark.parametrize("width", [80, 100, 108, 130, 160])
@pytest.mark.parametrize("browsers", [BROWSERS, (VISITOR,)])
def test_no_row_is_wider_than_the_terminal(browsers: Any, width: int) -> None:
    """Long texts are cut, wherever they stand."""
    drawn = SqlRenderer(browsers, width, started=0.0, several=True)
    rows = [
        row(who, text, lane)
        for lane in ("sql", "layer")
        for who in (browsers[-1], NOBODY, OUTSIDE)
        for text in ("x" * 200, "🙂" * 200)
    ]
    rows += [row(NOBODY, "x" * 200, "server"), frame(browsers[0], "x" * 200, "y" * 200)]
    assert max(drawn.row(each).cell_len for each in rows) <= width
    assert drawn.header().cell_len <= width
