"""The drawing with a column for the channel layer."""

from typing import Any

import pytest

from course.wire.layer_render import LayerRenderer
from course.wire.row import OUTSIDE, VISITOR, Row

BROWSERS = ("alice", "bob", "carol")
ASKED = "group_send room.red chat.message"


def renderer(width: int = 100, **options: Any) -> LayerRenderer:
    """Return a renderer of three browsers and two servers."""
    return LayerRenderer(BROWSERS, width, several=True, **options)


def layer_row(browser: str, up: bool = True, event: str = ASKED) -> Row:
    """Return a row between a server and the layer."""
    server = 0 if browser == OUTSIDE else 2
    return Row(0, browser, up, event=event, lane="layer", server=server)


def frame(browser: str, seen: str, event: str, where: str = "") -> Row:
    """Return a row between a browser and a server."""
    return Row(0, browser, bool(where), seen, event, where, server=1)


def test_a_row_of_the_layer_says_whose_connection_it_is() -> None:
    """An arrow from the server's column, with its number, to the layer's, or back."""
    drawn = renderer()
    server, layer = (drawn.header().plain.index(name) for name in ("server", "channel"))
    for up, arrow in ((True, "─▶"), (False, "◀─")):
        text = drawn.row(layer_row("carol", up)).plain
        assert text[:server].strip() == ""
        assert text[server:].startswith("2 carol ")
        assert arrow in text[server:layer]
        assert text[layer:] == ASKED


def test_a_command_is_no_browser() -> None:
    """What a command asks of the layer has no server's number and no lane."""
    text = renderer().row(layer_row(OUTSIDE)).plain
    assert text.split()[0] == OUTSIDE


def test_one_server_has_no_number() -> None:
    """Numbers are shown only where there are servers to tell apart."""
    text = LayerRenderer(BROWSERS, 100).row(layer_row("carol")).plain
    assert text.split()[0] == "carol"


def test_the_content_of_a_frame_is_shown_once() -> None:
    """The server's end is the event alone, since the browser's lane has its content."""
    event = 'websocket.send "{"type": "welcome", "user": "carol"}"'
    text = renderer().row(frame("carol", "welcome carol", event)).plain
    assert text.count("welcome") == 1
    assert text.endswith(" 1 websocket.send")


def test_a_visitor_has_the_content_at_the_servers_end() -> None:
    """Of a visitor's frames only the server's end is known: it is shown in short."""
    event = 'websocket.send "{"type": "welcome", "user": "dave"}"'
    row = Row(0, VISITOR, False, event=event, alone=True, server=2)
    text = LayerRenderer([VISITOR], 100, several=True).row(row).plain
    assert text.endswith(" 2 websocket.send welcome dave")


@pytest.mark.parametrize("width", [80, 100, 108, 130, 160])
@pytest.mark.parametrize("browsers", [BROWSERS, (VISITOR,)])
def test_no_row_is_wider_than_the_terminal(browsers: Any, width: int) -> None:
    """Long texts are cut, wherever they stand."""
    drawn = LayerRenderer(browsers, width, started=0.0, several=True)
    for text in ("x" * 200, "🙂" * 200):
        for row in (
            frame(browsers[-1], text, text, "event loop"),
            frame(browsers[0], "", text, "event loop"),
            layer_row(browsers[-1], event=text),
        ):
            assert drawn.row(row).cell_len <= width
    assert drawn.header().cell_len <= width


@pytest.mark.parametrize("width", [100, 160])
def test_what_a_chat_shows_is_not_cut(width: int) -> None:
    """The rows of the chat fit a terminal of the usual width, in the last lane too."""
    drawn = renderer(width)
    for seen in ("chat_message alice hey", '{"message": "hello"}', "user_list [alice]"):
        assert f"{seen} ◀─" in drawn.row(frame("carol", seen, "websocket.send")).plain
    left = frame("bob", "close 1000", "websocket.disconnect 1000", "event loop")
    assert "1 websocket.disconnect" in drawn.row(left).plain
    assert drawn.row(layer_row("carol")).plain.endswith(ASKED)


@pytest.mark.parametrize(("width", "shown"), [(100, False), (108, True)])
def test_times_are_shown_where_there_is_room(width: int, shown: bool) -> None:
    """A narrow terminal does without the time."""
    assert ("time" in renderer(width, started=0.0).header().plain) == shown


def test_a_row_without_unicode() -> None:
    """A terminal that only has ASCII gets ASCII."""
    for row in (layer_row("carol", event="ü"), frame("carol", "ü", "websocket.send")):
        assert renderer(plain=True).row(row).plain.isascii()
