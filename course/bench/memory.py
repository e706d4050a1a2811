"""Memory: what an idle connection holds."""

import contextlib

from course.bench.child import Server, running
from course.bench.client import connections
from course.bench.figures import Claim, Result, Table
from course.bench.samples import Samples

RAW = "raw websockets server"
COLUMN = "KiB per connection"
VARIANTS = {
    RAW: ("websockets", "/"),
    "AsyncConsumer, uvicorn": ("uvicorn", "/async"),
    "the same in a group of the in-memory layer, uvicorn": (
        "uvicorn",
        "/member/memory",
    ),
    "AsyncConsumer, daphne": ("daphne", "/async"),
    "the same in a group of the in-memory layer, daphne": ("daphne", "/member/memory"),
}
IN_QUICK = (RAW, "AsyncConsumer, uvicorn", "AsyncConsumer, daphne")
KINDS = {label: server for label, (server, _) in VARIANTS.items()}
MOST = 100  # KiB
FIRST = 20  # connections before it is measured: what is made once is made then


def raise_limit() -> None:
    """Let this process and its children have as many open files as they may."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def measure(quick: bool) -> Result:
    """Measure idle connections, each time in a new server process.

    Args:
        quick: Whether the figures need only be good enough for the claims.

    Raises:
        NotHere: This is not Linux.
    """
    rounds, number = (1, 200) if quick else (3, 1000)
    samples = Samples()
    raise_limit()
    variants = {label: VARIANTS[label] for label in (IN_QUICK if quick else VARIANTS)}
    for _ in range(rounds):
        servers = {label: Server(name) for label, (name, _) in variants.items()}
        async with running(*servers.values()):
            for label, (_, path) in variants.items():
                kib = await measure_one(servers[label], path, number)
                samples.add(label, COLUMN, kib)
    return Result(
        "Connections that have been accepted, and are silent",
        rounds,
        {"connections": number},
        ["channels", "daphne", "uvicorn", "uvloop", "websockets"],
        [
            Table(
                "Growth of the server's resident memory (Linux) per idle connection, "
                "and the ratio to the raw websockets server",
                "server",
                [COLUMN],
                samples.rows(KINDS, [COLUMN], RAW),
                "both",
                RAW,
            )
        ],
        [
            Claim(
                f"An idle connection holds less than {MOST} KiB, whatever serves it.",
                max(samples.median(label, COLUMN) for label in variants),
                MOST,
                at_least=False,
            )
        ],
    )


async def measure_one(server: Server, path: str, number: int) -> float:
    """Return the KiB by which a server grows for each connection."""
    async with connections(server.port, path, FIRST):
        await server.wait_for(FIRST)
        before = server.memory()
        async with connections(server.port, path, number):
            await server.wait_for(FIRST + number)
            return (server.memory() - before) / number
