"""Many come and go at once, some without a word: nobody stays behind as a ghost."""

import asyncio
import json
import socket
import struct
import time

import pytest
from redis import Redis
from websockets.asyncio.client import connect

CLIENTS = 65
ROUNDS = 3
TIMEOUT = 5  # seconds, for what must come
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a TCP reset


async def come_and_go(url, number):
    """Join, and leave at once: every third client by a TCP reset."""
    async with connect(url, proxy=None) as websocket:
        if number % 3 == 0:
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
        if frame["type"] in seen:
            seen[frame["type"]].append(frame["user"])
    return seen


async def churn(address):
    """Have all come and go while somebody watches; return what the watcher saw."""
    url = f"ws://{address}/ws/chat/red/?name="
    async with connect(f"{url}watcher", proxy=None) as watcher:
        while json.loads(await watcher.recv())["type"] != "user_join":
            pass
        seen, *_ = await asyncio.gather(
            watch(watcher),
            *(
                come_and_go(f"{url}client-{number}", number)
                for number in range(CLIENTS)
            ),
        )
    return seen


@pytest.mark.parametrize("name", ["daphne", "uvicorn"])
async def test_joins_and_leaves_balance(start_server, name):
    """65 clients, three times: each is said to have joined, and to have left. At the
    end the groups are empty.
    """
    if name == "uvicorn":
        pytest.importorskip("uvicorn")
    server = start_server(name, "tests.groups:application")
    names = sorted(f"client-{number}" for number in range(CLIENTS))
    assert server.handshake_status("/ws/chat/red/") == 101
    for _ in range(ROUNDS):
        seen = await churn(server.address)
        assert sorted(seen["user_join"]) == names
        assert sorted(seen["user_leave"]) == names
    wait_until(lambda: server.get("/groups/") == "{}")
    assert "Traceback" not in server.log


async def test_on_redis_no_subscription_is_left(two_on_redis, redis_url):
    """Each connection is a subscription or a queue of its own on Redis. When all have
    left, there is none that was not there before.
    """
    one, _ = two_on_redis
    assert one.handshake_status("/ws/chat/red/") == 101
    with Redis.from_url(redis_url) as redis:
        await churn(one.address)
        wait_until(lambda: not redis.pubsub_channels("asgi*"))
        assert redis.zcard("asgi:group:room.red") == 0


def wait_until(done):
    """Return once something is so."""
    end = time.monotonic() + TIMEOUT
    while not done():
        assert time.monotonic() < end
