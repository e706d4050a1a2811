"""Blocking: handlers that wait, and who waits for them."""

from asyncio import Barrier, TaskGroup

from course.bench.child import Server, running
from course.bench.client import all_answered, connections
from course.bench.figures import Claim, Result, Table
from course.bench.samples import Samples

WAIT = 0.1  # seconds
SYNC = "SyncConsumer, time.sleep"
BLOCKING = "AsyncConsumer, time.sleep"
THREAD = "AsyncConsumer, sync_to_async(time.sleep)"
SYNC_50 = "SyncConsumer, time.sleep, ASGI_THREADS=50"
POOL = "AsyncConsumer, sync_to_async(thread_sensitive=False)"
POOL_50 = "the same, ASGI_THREADS=50"
CONTEXT = "SyncConsumer, a ThreadSensitiveContext each"
LOOP = "AsyncConsumer, asyncio.sleep"
# Those that take one client after the other. Each has a server of its own.
ONE_BY_ONE = (SYNC, SYNC_50, BLOCKING, THREAD)
PATHS = {
    SYNC: "/wait/sync",
    SYNC_50: "/wait/sync",
    BLOCKING: "/wait/blocking",
    THREAD: "/wait/thread",
    POOL: "/wait/pool",
    POOL_50: "/wait/pool",
    CONTEXT: "/wait/context",
    LOOP: "/wait/loop",
}
KINDS = dict.fromkeys(ONE_BY_ONE, "one after the other") | {
    POOL: "in a pool of threads",
    POOL_50: "in a pool of threads",
    CONTEXT: "all at once",
    LOOP: "all at once",
}


async def measure(quick: bool) -> Result:
    """Measure handlers that wait, on Daphne.

    Args:
        quick: Whether the figures need only be good enough for the claims.
    """
    rounds, numbers = (1, [1, 10]) if quick else (3, [1, 10, 50, 200])
    samples = Samples()
    servers = {label: Server("daphne") for label in (SYNC, BLOCKING, THREAD)}
    servers |= dict.fromkeys((POOL, CONTEXT, LOOP), Server("daphne"))
    if not quick:
        more = {"ASGI_THREADS": "50"}
        servers |= {label: Server("daphne", more) for label in (SYNC_50, POOL_50)}
    measured = [label for label in KINDS if label in servers]

    in_turn = [label for label in measured if label in ONE_BY_ONE]

    async def measure_one(label: str, number: int, all_open: Barrier) -> None:
        server = servers[label]
        async with connections(server.port, PATHS[label], number) as websockets:
            await server.wait_for(number)
            await all_open.wait()
            seconds = await all_answered(websockets, str(WAIT))
            samples.add(label, heading(number), seconds)
        await server.wait_for(0)

    async with running(*dict.fromkeys(servers.values())):
        for _ in range(rounds):
            for number in numbers:
                # Those that sleep one after the other do so side by side.
                all_open = Barrier(len(in_turn) + 1)
                async with TaskGroup() as group:
                    for label in in_turn:
                        group.create_task(measure_one(label, number, all_open))
                    await all_open.wait()
                    for label in measured:
                        if label not in ONE_BY_ONE:
                            await measure_one(label, number, Barrier(1))
    columns = [heading(number) for number in numbers]
    return Result(
        "As many clients send a message at the same time to a handler that waits "
        f"{WAIT} s",
        rounds,
        {"seconds that the handler waits": WAIT, "server": "daphne"},
        ["asgiref", "channels", "daphne"],
        [
            Table(
                "Seconds until the last client is answered, and the ratio to the first "
                "row",
                "handler",
                columns,
                samples.rows(KINDS, columns, SYNC),
                "both",
                SYNC,
                decimals=2,
                log=True,
            )
        ],
        list(claims(samples, numbers[-2 if len(numbers) > 2 else -1])),
    )


def heading(number: int) -> str:
    """Return the heading of the column of a number of clients."""
    return "1 client" if number == 1 else f"{number} clients"


def claims(samples: Samples, number: int) -> list[Claim]:
    """Return what is claimed of a number of clients."""
    column, in_turn = heading(number), number * WAIT
    found = [
        Claim(
            f"{number} clients of {what} are answered one after the other.",
            samples.median(label, column) / in_turn,
            0.9,
        )
        for what, label in (
            ("a SyncConsumer that sleeps", SYNC),
            ("an AsyncConsumer that calls time.sleep", BLOCKING),
            ("an AsyncConsumer that awaits sync_to_async(time.sleep)", THREAD),
            ("a SyncConsumer with ASGI_THREADS=50, which changes nothing,", SYNC_50),
        )
        if (label, column) in samples.values
    ]
    for what, label in (
        ("asyncio.sleep in an AsyncConsumer", LOOP),
        ("A SyncConsumer in a ThreadSensitiveContext for each connection", CONTEXT),
    ):
        found.append(
            Claim(
                f"{what} is at least 3 times as fast as a SyncConsumer that sleeps.",
                samples.ratio((SYNC, column), (label, column)),
                3,
            )
        )
    return found
