"""What is well in memory, and raises on Redis."""

import asyncio
import datetime
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
import redis.exceptions
from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer
from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer

from course.tests.mistakes_help import LATER
from course.valkey import Valkey, free_port


@pytest.fixture
async def queue(valkey: Valkey) -> AsyncIterator[RedisChannelLayer]:
    """A queue layer on Valkey."""
    layer = RedisChannelLayer(hosts=[valkey.url])
    yield layer
    await layer.flush()
    await layer.close_pools()


@pytest.fixture
async def pubsub(valkey: Valkey) -> AsyncIterator[RedisPubSubChannelLayer]:
    """A pub/sub layer on Valkey."""
    layer = RedisPubSubChannelLayer(hosts=[valkey.url])
    yield layer
    await layer.flush()


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        (
            datetime.datetime(2030, 1, 1),
            TypeError,
            "can not serialize 'datetime.datetime' object",
        ),
        ({1, 2}, TypeError, "can not serialize 'set' object"),
        (2**64, OverflowError, "Integer value out of range"),
        ("\ud800", UnicodeEncodeError, "surrogates not allowed"),
    ],
    ids=["a datetime", "a set", "a large number", "half a character"],
)
async def test_redis_does_not_take_every_value(
    queue: RedisChannelLayer, value: Any, error: type[Exception], said: str
) -> None:
    """msgpack knows what JSON knows, and bytes. In memory anything passes."""
    event = {"type": "hello", "value": value}
    memory = InMemoryChannelLayer()
    await memory.send("mine", event)
    assert await memory.receive("mine") == event
    with pytest.raises(error, match=said):
        await queue.send("mine", event)


def test_no_layer_lists_the_members_of_a_group() -> None:
    """One can join, leave and send: there is no method that tells who is there."""
    for layer in (InMemoryChannelLayer, RedisChannelLayer, RedisPubSubLoopLayer):
        found = {name for name in dir(layer) if name.startswith("group_")}
        found -= {"group_name_regex"}
        assert found == {"group_add", "group_discard", "group_send"}


async def test_where_no_redis_is_the_first_send_raises() -> None:
    """A layer connects when it is used: a wrong address shows then, and not before."""
    port = free_port()
    for layer in (RedisChannelLayer, RedisPubSubChannelLayer):
        with pytest.raises(redis.exceptions.ConnectionError) as raised:
            await layer(hosts=[("127.0.0.1", port)]).group_send("red", {"type": "x"})
        assert f"connecting to 127.0.0.1:{port}" in str(raised.value)


@pytest.mark.parametrize("kind", [RedisChannelLayer, RedisPubSubChannelLayer])
def test_each_call_from_sync_code_has_a_loop_of_its_own(
    valkey: Valkey, kind: Any
) -> None:
    """Nobody is told "Event loop is closed" any more: each loop has its connections."""
    layer = kind(hosts=[valkey.url])
    loops = set()

    async def tell() -> None:
        loops.add(asyncio.get_running_loop())
        await layer.group_send("red", {"type": "hello"})

    for _ in range(3):
        async_to_sync(tell)()
    assert len(loops) == 3
    assert all(loop.is_closed() for loop in loops)


async def test_two_loops_may_not_receive_at_once(queue: RedisChannelLayer) -> None:
    """A channel of this process is read in one event loop, that of the server."""
    channel = await queue.new_channel()
    reading = asyncio.create_task(queue.receive(channel))
    await asyncio.sleep(0)
    errors: list[str] = []

    def read() -> None:
        with pytest.raises(RuntimeError) as raised:
            asyncio.run(queue.receive(channel))
        errors.append(str(raised.value))

    thread = threading.Thread(target=read)
    thread.start()
    await asyncio.to_thread(thread.join)
    said = "Two event loops are trying to receive() on one channel layer at once!"
    assert errors == [said]
    await queue.send(channel, {"type": "hello"})
    assert await asyncio.wait_for(reading, LATER) == {"type": "hello"}
