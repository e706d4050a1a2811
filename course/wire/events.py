"""The events a server's process reports, one JSON object a line."""

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

Report = Callable[["Event"], None]
LONGEST = 200  # characters of a text that are reported; its size is reported whole


@dataclass(frozen=True)
class Event:
    """One thing that happened in a server's process.

    Attributes:
        lane: The column it belongs to: "server", "layer" or "sql".
        kind: For the server, "up" (the application received it) or "down" (it sent
            it). For the layer and SQL, "up" (it was asked) or "down" (it answered). Or
            "end" (the application is done with the connection), or "listening",
            "failed", "caught up" and "process", which are about the server itself.
        type: The ASGI event's type, such as "websocket.receive": it says which of the
            browser's frames is the other end. Or the layer's method. Or verb and table
            of a statement.
        at: When, in seconds of the system's monotonic clock, which processes share.
        client: The client's TCP port; 0 where no client is concerned.
        text: What to show.
        where: What the handler ran on, such as "thread 1"; "" if no consumer ran.
        channel: The channel that the text names; "" if it names none.
        server: The number of the server's process, from 1; 0 if it is none. The
            process itself does not know it.
        transaction: The number of the SQL statement's transaction in its process, from
            1; 0 if it is in none.
    """

    lane: str
    kind: str
    type: str
    at: float = 0.0
    client: int = 0
    text: str = ""
    where: str = ""
    channel: str = ""
    server: int = 0
    transaction: int = 0

    def to_line(self) -> bytes:
        """Return the event as one line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Event":
        """Return the event that a line of JSON holds."""
        values = json.loads(line)
        return cls(**{field.name: values[field.name] for field in fields(cls)})


class Reporter:
    """Writes events to a file descriptor, from any thread.

    Args:
        descriptor: Where to write; the other end is read by the demo.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        line = event.to_line()
        with self.lock:
            while line:
                line = line[os.write(self.descriptor, line) :]


def describe(message: dict[str, Any]) -> str:
    """Return an ASGI WebSocket or HTTP event in one line: its type and its content."""
    content = ""
    if message.get("text") is not None:
        content = quote(message["text"])
    elif message.get("bytes") is not None:
        content = f"{len(message['bytes'])} bytes"
    elif message.get("body"):
        content = message["body"].decode("utf-8", "replace").split("\n")[0]
    for key in ("code", "status", "subprotocol"):
        if message.get(key) is not None:
            content = str(message[key])
    return f"{message['type']} {content}".strip()


def escape(text: str) -> str:
    """Return a text, or the beginning of a long one, with control characters escaped.

    They and unpaired surrogates would break the terminal.
    """
    characters = (c if c.isprintable() else repr(c)[1:-1] for c in text[:LONGEST])
    return "".join(characters)


def quote(text: str) -> str:
    """Return a text in quotes, control characters escaped, long ones shortened."""
    shown = f'"{escape(text)}"'
    return shown if len(text) <= LONGEST else f"{shown} … {len(text)} characters"


def show(message: str | bytes) -> str:
    """Return a message as it stands in a browser's lane."""
    return quote(message) if isinstance(message, str) else f"{len(message)} bytes"


def now() -> float:
    """Return the time in seconds of the clock that all processes share."""
    return time.monotonic()
