"""Many come and go at once, some without a word: nobody stays behind as a ghost."""

import asyncio
import json
import socket
import struct
import sys
import time

import pytest
from django.conf import settings
from redis import Redis
from websockets.asyncio.client import connect

CLIENTS = 65
ROUNDS = 3
TIMEOUT = 5  # seconds, for what must come
# SO_LINGER: close with a TCP reset
RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def opening(server, name):
    """Return a connection that somebody is about to open.

    Its queue has no limit: a client whose queue is full, since nobody reads, does not
    see the server's close frame either, and waits for it for ten seconds.
    """
    path, headers = server.door(name)
    url = f"ws://{server.address}{path}"
    options = {"proxy": None, "additional_headers": headers, "max_queue": None}
    return lambda: connect(url, **options)


async def come_and_go(open_connection, reset):
    """Join, and leave at once, as one does or by a TCP reset."""
    async with open_connection() as websocket:
        if reset:
            tcp = websocket.transport.get_extra_info("socket")
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            websocket.transport.abort()


async def watch(websocket):
    """Return who joined and who left, once all have done both or nothing comes."""
    seen = {"user_join": [], "user_leave": []}
    while min(map(len, seen.values())) < CLIENTS:
        try:
            frame = json.loads(await asyncio.wait_for(websocket.recv(), TIMEOUT))
        except TimeoutError:
            break
        if frame["type"] == "user_list":  # several who joined at once
            seen["user_join"] += frame["users"]
        elif frame["type"] in seen:
            seen[frame["type"]].append(frame["user"])
    return seen


async def churn(open_watcher, clients):
    """Have all come and go while somebody watches; return what the watcher saw."""
    async with open_watcher() as watcher:
        while json.loads(await watcher.recv())["type"] != "user_join":
            pass
        coming = (come_and_go(each, n % 3 == 0) for n, each in enumerate(clients))
        seen, *_ = await asyncio.gather(watch(watcher), *coming)
    return seen


@pytest.mark.parametrize("name", ["daphne", "uvicorn"])
def test_joins_and_leaves_balance(keep, name):
    """65 clients, a third by TCP reset, three times: each is said to have joined, and
    to have left. At the end the groups are empty.
    """
    server = keep(name)
    with server.enter("early"):
        pass
    names = sorted(f"client-{number}" for number in range(CLIENTS))
    watcher = opening(server, "watcher")
    clients = [opening(server, each) for each in names]
    for _ in range(ROUNDS):
        seen = asyncio.run(churn(watcher, clients))
        assert sorted(seen["user_join"]) == names
        assert sorted(seen["user_leave"]) == names
    wait_until(lambda: server.get("/groups/") == "{}")


def test_on_redis_no_subscription_is_left(two_on_redis, redis_url):
    """Each connection is a subscription or a queue of its own on Redis. When all have
    left, there is none that was not there before.
    """
    one, _ = two_on_redis
    with one.enter("early"):
        pass
    clients = [opening(one, f"client-{number}") for number in range(CLIENTS)]
    with Redis.from_url(redis_url) as redis:
        ours = f"{settings.PREFIX}*"
        before = redis.pubsub_channels(ours)
        asyncio.run(churn(opening(one, "watcher"), clients))
        wait_until(lambda: set(redis.pubsub_channels(ours)) <= set(before))
        wait_until(lambda: not redis.exists(f"{settings.PREFIX}:group:room.red"))


def wait_until(done):
    """Return once something is so."""
    end = time.monotonic() + TIMEOUT
    while not done():
        assert time.monotonic() < end
