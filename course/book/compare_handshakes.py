"""What the servers make of a handshake; each function returns it in words."""

import statistics
import time
from collections.abc import Callable

from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from course.book.compare_servers import Server

ROUNDS = 4  # the first is not timed: where in its second Daphne is, nobody knows
SOON = 0.5  # seconds; Daphne looks once a second whether an application has ended
PATIENCE = 4.0  # seconds, more than each time that an option sets in COMMANDS
NO_FRAME = "the TCP connection ends without a close frame"


def closing(closed: ConnectionClosed) -> str:
    """Return in words how a connection was closed."""
    if closed.rcvd is None:
        return NO_FRAME
    reason = f'the reason "{closed.rcvd.reason}"' if closed.rcvd.reason else "no reason"
    return f"close code {closed.rcvd.code}, {reason}"


def pace(look: Callable[[], str]) -> str:
    """Look several times, and return what is seen and whether it takes its time."""
    durations = []
    for _ in range(ROUNDS):
        start = time.monotonic()
        seen = look()
        durations.append(time.monotonic() - start)
    soon = statistics.median(durations[1:]) < SOON
    return f"{seen}, {'at once' if soon else 'up to a second later'}"


def unknown_path(server: Server) -> str:
    """Ask for a path that no route matches."""
    return pace(lambda: f"HTTP {server.status('no-such-path/')}")


def fails_on_connect(server: Server) -> str:
    """Have `connect` raise."""
    return pace(lambda: f"HTTP {server.status('fails-on-connect/')}")


def never_accepts(server: Server) -> str:
    """Have `connect` do nothing, and wait."""
    start = time.monotonic()
    try:
        server.connect("never-accepts/", open_timeout=PATIENCE + 1).close()
    except TimeoutError:
        return "no answer, as long as we waited"
    except InvalidMessage:
        assert time.monotonic() - start > SOON
    (seen,) = server.saw("never-accepts", PATIENCE, "disconnect 1006")
    return f"no answer; after the handshake time-out the TCP connection ends; {seen}"


def closes_first(server: Server) -> str:
    """Be refused with a close code."""
    return f"HTTP {server.status('closes-first/')}"


def denies(server: Server) -> str:
    """Be refused with a page."""
    try:
        server.connect("denies/").close()
    except InvalidStatus as refusal:
        status, body = refusal.response.status_code, refusal.response.body or b""
        sent = "with the page that was sent" if b"Log in" in body else "not offered"
        return f"HTTP {status}, {sent}"
    return "accepted"


def accepts_with_header(server: Server) -> str:
    """Look for the header of an accept."""
    with server.connect("accepts-with-header/") as websocket:
        assert websocket.response is not None
        sent = "x-mine" in websocket.response.headers
    return "the header is sent" if sent else "the header is not sent"


def deflate(server: Server) -> str:
    """Offer compression, as every browser does."""
    with server.connect("well/") as websocket:
        assert websocket.response is not None
        answer = websocket.response.headers.get("Sec-WebSocket-Extensions", "")
    return "agreed to" if "permessage-deflate" in answer else "not agreed to"
