"""JSON in short: what stands in the narrow lane of a chat's browser."""

import json
from typing import Any

import pytest

from course.wire.brief import brief, brief_event, client_id
from course.wire.events import LONGEST


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ({"type": "chat_message", "user": "a", "message": "hi"}, "chat_message a hi"),
        ({"type": "user_list", "users": ["a", "b"]}, "user_list [a, b]"),
        ({"type": "user_list", "users": [], "complete": False}, "user_list [] false"),
        ({"type": "error", "code": "empty", "message": "it is"}, "error empty"),
        ({"message": "hi"}, '{"message": "hi"}'),
        ([1], '"[1]"'),
    ],
)
def test_an_object_with_a_type_is_shown_in_short(message: Any, shown: str) -> None:
    """The type and the other values; anything else is shown as it is."""
    assert brief(json.dumps(message)) == shown


STORED = {"seq": 7, "user": "a", "message": "hi", "created": "2026-01-02T03:04:05Z"}
STORED |= {"client_id": client_id(1)}
BROWSERS = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"  # a UUID that no story made


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ({"type": "chat_message", **STORED}, "chat_message 7 a hi"),
        ({"type": "ack", "client_id": client_id(12), "seq": 7}, "ack #12 seq 7"),
        ({"type": "ack", "client_id": BROWSERS, "seq": 7}, "ack … seq 7"),
        ({"type": "ack", "client_id": None, "seq": 7}, "ack seq 7"),
        ({"type": "error", "code": "empty", "client_id": client_id(1)}, "empty #1"),
        ({"type": "sync", "after": 3}, "sync after 3"),
        ({"type": "history", "before": 3}, "history before 3"),
        ({"type": "x", "created": "2026-01-02T03:04:05Z"}, "x …"),
        ({"message": "hü", "client_id": client_id(1)}, '{"message": "hü"} #1'),
    ],
)
def test_what_is_another_one_in_every_run_is_not_shown(
    message: Any, shown: str
) -> None:
    """Times and UUIDs are left out; those that the story made have numbers."""
    assert brief(json.dumps(message)).removeprefix("error ") == shown


@pytest.mark.parametrize(
    ("messages", "more", "shown"),
    [
        ([], False, "[] upto 7"),
        ([STORED], False, "[7 hi] upto 7"),
        ([{**STORED, "seq": 6}, STORED], True, "[6 hi, 7 hi] upto 7 more"),
        ([{**STORED, "seq": seq} for seq in (5, 6, 7)], False, "[5 … 7] upto 7"),
        (["x"], False, "[x] upto 7"),
    ],
)
def test_a_history_is_shown_by_its_numbers(
    messages: Any, more: bool, shown: str
) -> None:
    """Where it begins and ends, and whether there is more; a few messages are shown."""
    history = {"type": "history", "messages": messages, "upto": 7, "more": more}
    assert brief(json.dumps(history)) == f"history {shown}"


def test_a_frame_that_is_cut_shows_no_times() -> None:
    """What cannot be read any more is shown as it is, but for what would differ."""
    cut = f'{{"client_id": "{BROWSERS}", "created": "2026-01-02T03:04:05.678+00:00", "x'
    shown = 'websocket.send "{"client_id": "…", "created": "…", "x"'
    assert brief_event(f'websocket.send "{cut}"') == shown


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
