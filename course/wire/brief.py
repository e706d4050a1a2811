"""JSON messages in short, for lanes that are narrow."""

import json
from typing import Any

from course.wire.events import escape, quote, show

# Where not all values are of interest: those that are.
SHOWN = {"error": ("code",)}


def brief(message: str | bytes) -> str:
    """Return a message as it stands in the lane of a browser that speaks JSON.

    An object with a type is its type and its other values: `chat_message alice hi`.
    """
    if isinstance(message, bytes):
        return show(message)
    content = read_object(message)
    kind = content.get("type")
    if not isinstance(kind, str):
        return escape(message) if content else quote(message)
    keys = SHOWN.get(kind, [key for key in content if key != "type"])
    words = [kind, *(brief_value(content[key]) for key in keys if key in content)]
    return escape(" ".join(words))


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
        return text
    return f"{type} {brief(content[:-1])}"


def read_object(text: str) -> dict[str, Any]:
    """Return the JSON object in a text, an empty one if there is none."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
