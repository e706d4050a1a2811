"""JSON in short: what stands in the narrow lane of a chat's browser."""

import json
from typing import Any

import pytest

from course.wire.brief import brief, brief_event
from course.wire.events import LONGEST


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ({"type": "chat_message", "user": "a", "message": "hi"}, "chat_message a hi"),
        ({"type": "user_list", "users": ["a", "b"]}, "user_list [a, b]"),
        ({"type": "history", "upto": 3, "more": False}, "history 3 false"),
        ({"type": "error", "code": "empty", "message": "it is"}, "error empty"),
        ({"message": "hi"}, '{"message": "hi"}'),
        ([1], '"[1]"'),
    ],
)
def test_an_object_with_a_type_is_shown_in_short(message: Any, shown: str) -> None:
    """The type and the other values; anything else is shown as it is."""
    assert brief(json.dumps(message)) == shown


@pytest.mark.parametrize("message", ["", "no JSON", "[" * 5000])
def test_what_is_no_json_is_shown_as_a_text(message: str) -> None:
    """A text that cannot be read stands in quotes, as in the other stages."""
    assert brief(message).startswith('"')


def test_bytes_are_counted() -> None:
    """Bytes are shown by their number."""
    assert brief(b"\x00\x01") == "2 bytes"


@pytest.mark.parametrize("text", ["\x1b[31m", "\ud800", "x" * (LONGEST + 1)])
def test_what_breaks_a_line_is_escaped_or_cut(text: str) -> None:
    """Control characters and long texts are harmless in short form too."""
    for message in ({"type": "chat_message", "message": text}, {"message": text}):
        shown = brief(json.dumps(message))
        assert shown.isprintable()
        assert len(shown) <= LONGEST


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        ('websocket.send "{"type": "x", "user": "a"}"', "websocket.send x a"),
        ('websocket.receive "hi"', 'websocket.receive "hi"'),
        ("websocket.close 4503", "websocket.close 4503"),
    ],
)
def test_an_event_is_shown_in_short(event: str, shown: str) -> None:
    """The server's end of a frame, for browsers of which only that end is known."""
    assert brief_event(event) == shown
