"""Whether a Redis answers at a URL, asked without a client's package.

Only the standard library is used here: the doctor must work where set-up does not.
"""

import socket
import ssl
from collections.abc import Sequence
from contextlib import ExitStack
from typing import BinaryIO
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SCHEMES = ("redis", "rediss", "unix")
TIMEOUT = 2.0  # seconds
LONGEST = 500  # bytes of a line of an answer
EXPECTED = {  # how the answer to each command begins
    "AUTH": b"+",
    "PING": b"+",
    "SUBSCRIBE": b"*",
    "UNSUBSCRIBE": b"*",
    "PUBLISH": b":",
}


def parse(url: str) -> SplitResult:
    """Return the parts of a URL as redis-py takes it.

    Raises:
        ValueError: It takes none such; the message says why, as the end of a sentence.
    """
    # What urllib says may quote a piece of the password: it is not passed on.
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("that is no URL") from None
    try:
        _ = parts.port
    except ValueError:
        raise ValueError(
            "its port is no number up to 65535 (in a password, / is written %2F)"
        ) from None
    if parts.scheme not in SCHEMES:
        *others, last = (f"{scheme}://" for scheme in SCHEMES)
        raise ValueError(f"it does not begin with {', '.join(others)} or {last}")
    return parts


def redis_problem(parts: SplitResult, channel: str = "") -> str | None:
    """Return why a Redis at a URL is of no use to a layer, or None if it is.

    If the URL has options for TLS, only whether somebody listens is looked at.

    Args:
        parts: The URL.
        channel: One to subscribe and publish to: who may connect may still not do
            that. "" for none.
    """
    query = dict(parse_qsl(parts.query))
    user = unquote(parts.username or "") or query.get("username", "")
    password = unquote(parts.password or "") or query.get("password", "")
    commands = [["PING"]]
    if channel:
        # Not to publish while subscribed: that is allowed with RESP3 alone.
        commands += [[verb, channel] for verb in ("SUBSCRIBE", "UNSUBSCRIBE")]
        commands.append(["PUBLISH", channel, ""])
    if password:
        commands.insert(0, ["AUTH", *filter(None, [user]), password])
    try:
        with ExitStack() as stack:
            connection = connect(parts, stack)
            if parts.scheme == "rediss":
                if "ssl_" in parts.query:
                    return None
                context = ssl.create_default_context()
                try:
                    connection = stack.enter_context(
                        context.wrap_socket(connection, server_hostname=host_of(parts))
                    )
                except OSError as error:  # a Redis without TLS waits for the rest
                    return f"TLS fails there ({error})"
            answers = stack.enter_context(connection.makefile("rb"))
            for command in commands:
                connection.sendall(encode(command))
                answer = read_answer(answers)
                if not answer.startswith(EXPECTED[command[0]]):
                    break
            else:
                return None
    except (OSError, ValueError) as error:
        return f"no server answers there ({error})"
    if answer.startswith(b"-"):
        said = answer[1:].strip().decode(errors="replace")
        return f"that server answers {command[0]} with {said!r}"
    return "what answers is no Redis"


def read_answer(answers: BinaryIO) -> bytes:
    """Return the first line of an answer, once all of the answer has been read.

    Of an array, each part is a line with its length and a line, or a number.

    Raises:
        OSError: Not all of it came in time.
        ValueError: A length is no number.
    """
    first = answers.readline(LONGEST)
    if first.startswith(b"*"):
        for _ in range(int(first[1:])):
            if answers.readline(LONGEST).startswith(b"$"):
                answers.readline(LONGEST)
    return first


def connect(parts: SplitResult, stack: ExitStack) -> socket.socket:
    """Return a connection to a URL's server, which `stack` closes.

    Raises:
        OSError: Nobody answers.
        ValueError: There can be no such address.
    """
    if parts.scheme == "unix":
        if not hasattr(socket, "AF_UNIX"):
            raise OSError("this Python has no Unix sockets")
        connection = stack.enter_context(socket.socket(socket.AF_UNIX))
        connection.settimeout(TIMEOUT)
        connection.connect(unquote(parts.path))
        return connection
    address = (host_of(parts), parts.port or 6379)
    return stack.enter_context(socket.create_connection(address, TIMEOUT))


def host_of(parts: SplitResult) -> str:
    """Return the host of a URL; redis-py's own, if it names none."""
    return unquote(parts.hostname or "localhost")


def encode(command: Sequence[str]) -> bytes:
    """Return a command as Redis reads it: an array of strings with their lengths."""
    words = [word.encode() for word in command]
    strings = [b"$%d\r\n%s\r\n" % (len(word), word) for word in words]
    return b"*%d\r\n%s" % (len(words), b"".join(strings))
