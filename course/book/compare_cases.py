"""What the servers are tried with: each case returns what was observed, in words."""

import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from websockets.exceptions import ConnectionClosed

from course.book import compare_handshakes as handshakes
from course.book.compare_handshakes import NO_FRAME, PATIENCE, closing, pace
from course.book.compare_servers import Server, frames

SILENCE = 1.0  # seconds in which an answer would long have come
FREE = ("1000", "3000", "4999")
RESERVED = ("1003", "1008", "1009", "1011", "1012", "1013")
BROKEN = {
    "a frame that is not masked": b"\x81\x02hi",
    "an opcode that does not exist": b"\x83\x80\0\0\0\0",
    "text that is not UTF-8": b"\x81\x81\0\0\0\0\xff",
}
PING = 0x9
CLOSE = 0x8


def closes_after(server: Server) -> str:
    """Be closed with a code and a reason."""
    return closing(server.closed("closes-after/", "4401"))


def codes(server: Server, asked: tuple[str, ...]) -> str:
    """Be closed with each of these codes."""
    with ThreadPoolExecutor(len(asked)) as pool:
        closings = pool.map(lambda code: server.closed("closes-after/", code), asked)
        got = [closed.rcvd and str(closed.rcvd.code) for closed in closings]
    raised = set()
    for code in asked:
        ends = f"{code} raised", f"{code} done"
        raised.add(ends[0] in server.saw("closes-after", PATIENCE, *ends))
    if got == [*asked] and raised == {False}:
        return "sent as it is"
    assert raised == {True}
    return f"raises in the consumer; close code {' or '.join({*map(str, got)})}"


def fails_on_receive(server: Server) -> str:
    """Have `receive` raise."""
    return pace(lambda: closing(server.closed("fails-on-receive/", "hello")))


def ends_early(server: Server, path: str) -> str:
    """Go on to send after the application has ended."""
    with server.connect(path) as websocket:
        try:
            websocket.send("hello")
            websocket.send("are you there?")
            websocket.recv(timeout=SILENCE)
        except ConnectionClosed as closed:
            return closing(closed)
        except TimeoutError:
            assert websocket.ping().wait(PATIENCE)
            return "it stays open, and nobody answers"
    return "it is answered"


def empty(server: Server, message: str | bytes) -> str:
    """Have an empty message echoed."""
    with server.connect("well/") as websocket:
        websocket.send(message)
        websocket.send("after")
        first = websocket.recv(timeout=PATIENCE)
    return "an empty frame is sent" if first == message else "nothing is sent"


def long(server: Server, size: int) -> str:
    """Have a message of some length echoed."""
    with server.connect("well/") as websocket:
        try:
            websocket.send("x" * size)
            answer = websocket.recv(timeout=PATIENCE * 2)
        except ConnectionClosed as closed:
            code = closed.rcvd and closed.rcvd.code
            return f"close code {code}" if code else NO_FRAME
    return "taken, and sent back" if len(answer) == size else "cut"


def sends_after_close(server: Server) -> str:
    """Have the consumer send after it has closed."""
    code = closing(server.closed("sends-after-close/", "hello"))
    assert code.startswith("close code 4000")
    return sending(server, "sends-after-close", "disconnect 4000")


def answers_late(server: Server) -> str:
    """Ask, and leave before the answer."""
    with server.connect("answers-late/") as websocket:
        websocket.send("hello")
    return sending(server, "answers-late", "disconnect 1000")


def sending(server: Server, path: str, last: str) -> str:
    """Return what became of a send, and of the disconnect after it."""
    server.saw(path, PATIENCE, "send raised", "send done")
    seen = server.saw(path, 2 * SILENCE, last)
    what = "raises in the consumer" if "send raised" in seen else "it goes nowhere"
    return f"{what}; `disconnect` is {'called' if last in seen else 'not called'}"


def stays_on(server: Server) -> str:
    """Leave, and have the consumer not end."""
    server.connect("stays-on/").close()
    *events, last = server.saw("stays-on", PATIENCE, "cancelled")
    if last != "cancelled":
        return f"{', then '.join([*events, last])}; it is never ended"
    return f"{', then '.join(events)}; cancelled after the close time-out"


def breaks(server: Server, bad: bytes) -> str:
    """Send a frame that breaks the protocol."""
    with server.raw("well/") as client:
        client.sendall(bad)
        for opcode, payload in frames(client):
            if opcode == CLOSE:
                return f"close code {struct.unpack('!H', payload[:2])[0]}"
    return NO_FRAME


def answers_no_ping(server: Server) -> str:
    """Wait for pings, and answer none."""
    with server.raw("well/") as client:
        pings, closed = 0, NO_FRAME
        for opcode, payload in frames(client):
            pings += opcode == PING
            if opcode == CLOSE:
                closed = f"close code {struct.unpack('!H', payload[:2])[0]}"
    assert pings
    return f"after the ping time-out: {closed}"


CASES: dict[str, Callable[[Server], str]] = {
    "no route matches (`URLRouter` raises)": handshakes.unknown_path,
    "`connect` raises": handshakes.fails_on_connect,
    "`connect` neither accepts nor closes": handshakes.never_accepts,
    '`close(4401, "nope")` before accept': handshakes.closes_first,
    "a denial, `websocket.http.response`, with 401": handshakes.denies,
    "`accept` with a header": handshakes.accepts_with_header,
    "the client offers permessage-deflate": handshakes.deflate,
    '`close(4401, "nope")` after accept': closes_after,
    f"`close` with {', '.join(FREE)}": partial(codes, asked=FREE),
    f"`close` with {', '.join(RESERVED)}": partial(codes, asked=RESERVED),
    "`receive` raises": fails_on_receive,
    "`StopConsumer` while the client is there": partial(
        ends_early, path="stops-while-open/"
    ),
    "the application returns after accept": partial(ends_early, path="returns/"),
    "`send` of an empty text": partial(empty, message=""),
    "`send` of no bytes": partial(empty, message=b""),
    "a message of 1 MiB": partial(long, size=2**20),
    "a message of 1 MiB and one byte": partial(long, size=2**20 + 1),
    "a message of 16 MiB and one byte": partial(long, size=2**24 + 1),
    "`send` after `close`": sends_after_close,
    "`send` after the client has gone": answers_late,
    "`disconnect` without `StopConsumer`": stays_on,
    **{
        f"the client sends {what}": partial(breaks, bad=bad)
        for what, bad in BROKEN.items()
    },
    "the client answers no ping": answers_no_ping,
}
