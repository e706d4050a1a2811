"""JSON messages in short, for lanes that are narrow."""

import json
import re
from typing import Any

from course.wire.events import escape, quote, show

# Where not all values are of interest: those that are, in this order.
SHOWN = {
    "ack": ("client_id", "seq"),
    "chat_message": ("seq", "user", "message"),
    "error": ("code", "client_id"),
}
NAMED = {"after", "before", "upto"}  # numbers that say nothing without their names
FEW = 2  # messages of a history that are all shown
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?")  # ISO 8601
STORYS = "00000000-0000-4000-8000-"  # what the story's own UUIDs begin with


def client_id(number: int) -> str:
    """Return the UUID that a story gives its messages; it is shown as #number."""
    return f"{STORYS}{number:012x}"


def brief(message: str | bytes) -> str:
    """Return a message as it stands in the lane of a browser that speaks JSON.

    An object with a type is its type and its other values: `chat_message alice hi`.
    """
    if isinstance(message, bytes):
        return show(message)
    content = read_object(message)
    kind = content.get("type")
    if not isinstance(kind, str):
        name = content.pop("client_id", None)
        if isinstance(name, str):
            message = f"{json.dumps(content, ensure_ascii=False)} {name_of(name)}"
        return escape(message) if name or content else quote(message)
    keys = SHOWN.get(kind, [key for key in content if key != "type"])
    words = [brief_item(kind, key, content[key]) for key in keys if key in content]
    return escape(" ".join([kind, *(word for word in words if word is not None)]))


def brief_item(kind: str, key: str, value: Any) -> str | None:
    """Return a value of an object of some type in short; None if nothing is shown."""
    if key == "client_id":
        return name_of(value) if isinstance(value, str) else None
    if key == "created":
        return "…"  # another one in every run
    if key == "more" and isinstance(value, bool):
        return "more" if value else None
    if key == "messages" and isinstance(value, list):
        return brief_history(value)
    named = key in NAMED or (kind, key) == ("ack", "seq")
    return f"{key} {brief_value(value)}" if named else brief_value(value)


def brief_history(messages: list[Any]) -> str:
    """Return the messages of a frame of history: their numbers, and of a few all."""
    if not all(isinstance(each, dict) and "seq" in each for each in messages):
        return brief_value(messages)
    if len(messages) > FEW:
        return f"[{messages[0]['seq']} … {messages[-1]['seq']}]"
    words = (f"{each['seq']} {each.get('message', '')}" for each in messages)
    return f"[{', '.join(words)}]"


def name_of(client_id: str) -> str:
    """Return a client_id in short: the number that the story gave it, or "…"."""
    if UUID.fullmatch(client_id) and client_id.startswith(STORYS):
        return f"#{int(client_id.removeprefix(STORYS), 16)}"
    return "…"


def brief_value(value: Any) -> str:
    """Return a value of a JSON object in short."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return f"[{', '.join(map(brief_value, value))}]"
    return json.dumps(value)


def brief_event(text: str) -> str:
    """Return a described ASGI event with the JSON object in it in short."""
    type, quoted, content = text.partition(' "')
    if not quoted or not read_object(content[:-1]):
        return TIME.sub("…", UUID.sub("…", text))
    return f"{type} {brief(content[:-1])}"


def read_object(text: str) -> dict[str, Any]:
    """Return the JSON object in a text, an empty one if there is none."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
