"""The promise: whatever dies, what was acknowledged is not lost, doubled or moved."""

import asyncio
import os
import random
import uuid

from accounts import log_in
from asgiref.sync import sync_to_async
from django.db import connection
from rule import RuleClient
from storage import models

NAMES = ["alice", "bob", "carol"]
SERVERS = ["daphne", "uvicorn"]
SEED = int(os.environ.get("PROMISE_SEED", "0")) or random.randrange(1, 10**6)
# Messages that each of the three writes, and seconds in which it does.
PACES = {"sqlite": (60, 4), "postgresql": (170, 10)}
LIMIT = 60  # seconds, of which less than half should be needed


class World:
    """Two servers and a Valkey, which die and come back."""

    def __init__(self, start_server, valkey, dice):
        self.start_server, self.valkey, self.dice = start_server, valkey, dice
        self.servers = {}
        self.did = []

    async def start(self, name):
        """Start a server."""
        self.servers[name] = await asyncio.to_thread(
            self.start_server, name, REDIS_URL=self.valkey.connection_url, RATE="100000"
        )

    async def kill_server(self):
        """Kill a server, and start another in its place."""
        name = self.dice.choice(SERVERS)
        self.did.append(f"{name} killed")
        self.servers[name].process.kill()
        await self.start(name)

    async def stop_valkey(self):
        """Stop Valkey, and start it again."""
        self.did.append("Valkey stopped")
        await asyncio.to_thread(self.valkey.stop)
        await asyncio.sleep(self.dice.random())
        await asyncio.to_thread(self.valkey.start)

    async def wreck(self, writing):
        """Let something die at some moment, again and again, while anybody writes."""
        while not all(task.done() for task in writing):
            for blow in (self.kill_server, self.stop_valkey):
                await asyncio.sleep(self.dice.random())
                await blow()

    def door(self, name, user, session_key):
        """Return a function that says where a user may knock."""

        def find():
            server = self.servers[name]
            path, headers = server.door(user, session_key=session_key)
            return path, server.address, headers

        return find


async def test_nothing_that_was_acknowledged_is_lost(
    start_server, start_valkey, request, capsys
):
    """Three clients by the client's rule, two servers, Valkey and a database.

    Servers are killed and Valkey is stopped at random moments. In the end every message
    is acknowledged and stands once, in the same order, each author's own order kept, at
    every client. PROMISE_SEED repeats the moments.
    """
    models()
    count, seconds = PACES[connection.vendor]
    dice = random.Random(SEED)
    valkey = await asyncio.to_thread(start_valkey)
    world = World(start_server, valkey, dice)
    await asyncio.gather(*[world.start(name) for name in SERVERS])
    clients = []
    for user in NAMES:
        key = await sync_to_async(log_in)(user)
        doors = [world.door(name, user, key) for name in SERVERS]
        clients.append(RuleClient(user, doors, random.Random(dice.random())))
    try:
        async with asyncio.timeout(LIMIT), asyncio.TaskGroup() as group:
            running = [group.create_task(client.run()) for client in clients]
            ids = [[new_id(dice) for _ in range(count)] for _ in clients]
            pairs = zip(clients, ids, strict=True)
            writing = [group.create_task(c.write(own, seconds)) for c, own in pairs]
            await world.wreck(writing)
            await asyncio.wait(writing)
            # Nothing more is said: a last one that is lost shows with a heartbeat.
            for client in clients:
                await client.until(lambda c=client: c.last == len(clients) * count)
            for task in running:
                task.cancel()
    finally:
        with capsys.disabled():
            tell(request, world, clients)
    stored = await sync_to_async(read_stored)()
    assert [seq for seq, *_ in stored] == list(range(1, len(NAMES) * count + 1))
    for client in clients:
        assert client.shown == [(seq, user, text) for seq, user, text, _ in stored]
        own = [(text, id, seq) for seq, user, text, id in stored if user == client.name]
        assert [text for text, *_ in own] == [str(number) for number in range(count)]
        assert client.acks == {str(id): seq for _, id, seq in own}


def new_id(dice):
    """Return a UUID that the dice have made."""
    return str(uuid.UUID(int=dice.getrandbits(128)))


def read_stored():
    """Return what stands in the room, in its order."""
    messages = models().Message.objects.filter(room__name="red").order_by("seq")
    return list(messages.values_list("seq", "author__username", "text", "client_id"))


def tell(request, world, clients):
    """Print what happened, and what the clients did."""
    write = request.config.get_terminal_writer().line
    write(f"\nPROMISE_SEED={SEED} on {connection.vendor}: {', '.join(world.did)}")
    for client in clients:
        did = ", ".join(f"{what} {number}" for what, number in client.did.items())
        write(f"{client.name}: shown {len(client.shown)}, {did}")
