"""Whether a Redis answers at a URL, asked without a client's package.

Only the standard library is used here: the doctor must work where set-up does not.
"""

import socket
import ssl
from collections.abc import Sequence
from contextlib import ExitStack
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SCHEMES = ("redis", "rediss", "unix")
TIMEOUT = 2.0  # seconds


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


def redis_problem(parts: SplitResult) -> str | None:
    """Return why no Redis answers at a URL, or None if one does.

    If the URL has options for TLS, only whether somebody listens is looked at.
    """
    query = dict(parse_qsl(parts.query))
    user = unquote(parts.username or "") or query.get("username", "")
    password = unquote(parts.password or "") or query.get("password", "")
    commands = [["PING"]]
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
                answer = answers.readline(500)
                if not answer.startswith(b"+"):
                    break
    except (OSError, ValueError) as error:
        return f"no server answers there ({error})"
    if answer.startswith(b"-"):
        said = answer[1:].strip().decode(errors="replace")
        return f"that server answers {command[0]} with {said!r}"
    return None if answer.startswith(b"+") else "what answers is no Redis"


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
