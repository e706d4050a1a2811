"""Echo: what an answer costs, and what Channels adds to it."""

import time

from course.bench.child import Server, running
from course.bench.client import connections, echo
from course.bench.figures import Claim, Result, Table
from course.bench.samples import Samples

RAW = "raw websockets server"
SIZE = 32  # characters of a message
VARIANTS = {  # path by label, and before it the server
    RAW: ("websockets", "/"),
    "bare ASGI application, uvicorn": ("uvicorn", "/bare"),
    "AsyncConsumer, uvicorn": ("uvicorn", "/async"),
    "AsyncConsumer without the visit, uvicorn": ("uvicorn", "/direct"),
    "SyncConsumer, uvicorn": ("uvicorn", "/sync"),
    "bare ASGI application, daphne": ("daphne", "/bare"),
    "AsyncConsumer, daphne": ("daphne", "/async"),
    "AsyncConsumer without the visit, daphne": ("daphne", "/direct"),
    "SyncConsumer, daphne": ("daphne", "/sync"),
}
KINDS = {label: server for label, (server, _) in VARIANTS.items()}


async def measure(quick: bool) -> Result:
    """Measure echoes on three servers.

    Args:
        quick: Whether the figures need only be good enough for the claims.
    """
    rounds, seconds = (2, 0.15) if quick else (5, 0.5)
    numbers = [10] if quick else [1, 10, 100]
    work, speed = Samples(), Samples()
    servers = {name: Server(name) for name in ("websockets", "daphne", "uvicorn")}
    async with running(*servers.values()):
        for _ in range(rounds):
            for label, (name, path) in VARIANTS.items():
                for number in numbers:
                    await measure_one(
                        servers[name], label, path, number, seconds, work, speed
                    )
    columns = [heading(number) for number in numbers]
    of_work = work.rows(KINDS, columns, RAW)
    of_speed = speed.rows(KINDS, columns, RAW)
    return Result(
        "Each client sends a message as soon as the one before it is answered",
        rounds,
        {"characters in a message": SIZE, "seconds for each figure": seconds},
        ["channels", "daphne", "uvicorn", "uvloop", "websockets"],
        [
            Table(
                "Messages per CPU-second of the server, as a ratio to the raw "
                "websockets server, whose own figures are absolute",
                "echo",
                columns,
                of_work,
                "ratio",
                RAW,
            ),
            Table(
                "Messages per second. The clients are one process of Python, which "
                "holds the fastest servers back",
                "echo",
                columns,
                of_speed,
                decimals=0,
            ),
        ],
        list(claims(work, heading(10))),
    )


async def measure_one(
    server: Server,
    label: str,
    path: str,
    number: int,
    seconds: float,
    work: Samples,
    speed: Samples,
) -> None:
    """Measure one server with a number of connections, and note what it gave."""
    async with connections(server.port, path, number) as websockets:
        await server.wait_for(number)
        await echo(websockets, seconds / 10, SIZE * "x")  # to warm up
        before, started = server.cpu(), time.perf_counter()
        messages = await echo(websockets, seconds, SIZE * "x")
        took = time.perf_counter() - started
        work.add(label, heading(number), messages / (server.cpu() - before))
        speed.add(label, heading(number), messages / took)
    await server.wait_for(0)


def heading(number: int) -> str:
    """Return the heading of the column of a number of connections."""
    return "1 connection" if number == 1 else f"{number} connections"


def claims(work: Samples, column: str) -> list[Claim]:
    """Return what is claimed of a column."""

    def times(label: str, other: str) -> float:
        return work.ratio((label, column), (other, column))

    return [
        Claim(
            "On uvicorn an AsyncConsumer answers far more messages per CPU-second "
            "without the visit to the database thread that Channels makes per event.",
            times("AsyncConsumer without the visit, uvicorn", "AsyncConsumer, uvicorn"),
            1.4,
        ),
        Claim(
            "On Daphne, too, it answers more without that visit.",
            times("AsyncConsumer without the visit, daphne", "AsyncConsumer, daphne"),
            1.15,
        ),
        Claim(
            "A raw websockets server answers far more messages per CPU-second than an "
            "AsyncConsumer on uvicorn.",
            times(RAW, "AsyncConsumer, uvicorn"),
            1.7,
        ),
        Claim(
            "A SyncConsumer answers fewer messages per CPU-second than an "
            "AsyncConsumer, on uvicorn as on Daphne.",
            max(
                times("SyncConsumer, uvicorn", "AsyncConsumer, uvicorn"),
                times("SyncConsumer, daphne", "AsyncConsumer, daphne"),
            ),
            0.95,
            at_least=False,
        ),
    ]
