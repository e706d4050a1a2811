"""The three channel layers side by side: what ends, what is lost, what stays behind."""

import asyncio
import contextlib
import subprocess
import sys
from typing import Any

import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.testing import WebsocketCommunicator
from channels_redis.core import RedisChannelLayer
from django.test import override_settings
from redis import Redis
from redis.exceptions import MaxConnectionsError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from course.environment import ROOT
from course.tests.facts_layers import (
    BACKENDS,
    LATER,
    ON_REDIS,
    Clock,
    Make,
    arriving,
    clock,
    kind,
    make,
    until,
)
from course.valkey import Valkey

__all__ = ["clock", "kind", "make"]  # fixtures


async def test_a_message_ends_after_a_minute_but_on_pubsub(
    make: Make, kind: str, clock: Clock
) -> None:
    """What nobody has read for 60 s is gone. The pub/sub layer keeps it for ever."""
    layer = make()
    channel = await layer.new_channel()
    await layer.send(channel, {"n": 1})
    clock.now += 61
    assert await arriving(layer, channel) == ([1] if kind == "pubsub" else [])


async def test_in_memory_who_misses_a_message_is_out_of_its_groups(
    make: Make, kind: str, clock: Clock
) -> None:
    """A message that ends unread ends all memberships of its channel. On Redis a member
    stays one.
    """
    layer = make()
    channel = await layer.new_channel()
    await layer.group_add("g", channel)
    await layer.send(channel, {"n": 1})
    clock.now += 61
    await layer.group_send("g", {"n": 2})
    heard = await arriving(layer, channel)
    assert heard == {"memory": [], "queue": [2], "pubsub": [1, 2]}[kind]


async def test_a_membership_ends_after_a_day_but_on_pubsub(
    make: Make, kind: str, clock: Clock
) -> None:
    """Who joined 24 h ago hears nothing any more, though it is still there; to join
    again is to begin anew.
    """
    layer = make()
    channel = await layer.new_channel()
    await layer.group_add("g", channel)
    clock.now += 86_402
    await layer.group_send("g", {"n": 1})
    await layer.group_add("g", channel)
    clock.now += 86_300
    await layer.group_send("g", {"n": 2})
    assert await arriving(layer, channel) == ([1, 2] if kind == "pubsub" else [2])


@pytest.mark.parametrize("kind", ON_REDIS)
async def test_what_the_layers_keep_on_redis(
    make: Make, kind: str, valkey: Valkey
) -> None:
    """The queue layer keeps keys, and each has an end. The pub/sub layer keeps none: it
    has subscriptions, one for each channel and one for each group.
    """
    prefix = f"kept-{kind}-"
    layer = make(prefix=prefix)
    channel = await layer.new_channel()
    await layer.group_add("g", channel)
    await layer.send("test_channel", {"n": 1})
    with Redis.from_url(valkey.url) as redis:
        found: Any = redis.keys(f"{prefix}*")
        ends: Any = {key.decode(): redis.ttl(key) for key in found}
        if kind == "queue":
            assert set(ends) == {f"{prefix}:group:g", f"{prefix}test_channel"}
            assert 86_390 < ends[f"{prefix}:group:g"] <= 86_400
            assert 50 < ends[f"{prefix}test_channel"] <= 60
        else:
            wanted = {f"{prefix}__group__g".encode(), channel.encode()}
            until(lambda: set(redis.pubsub_channels(f"{prefix}*")) == wanted)
            assert ends == {}


@pytest.mark.parametrize("kind", ON_REDIS)
async def test_on_pubsub_one_may_be_told_too_early_that_one_has_joined(
    make: Make, kind: str, valkey: Valkey
) -> None:
    """group_add() sends the subscription, and does not wait for Redis to have read it:
    what another process sends right after it may be missed. The queue layer waits.
    """
    layer = make()
    channel = await layer.new_channel()
    await layer.group_add("g", channel)
    await layer.group_send("g", {"n": 1})
    assert await arriving(layer, channel) == [1]
    with Redis.from_url(valkey.url) as redis:
        redis.client_pause(300)  # milliseconds, in which it answers nobody
    async with contextlib.AsyncExitStack() as stack:
        if kind == "queue":
            stack.enter_context(pytest.raises(TimeoutError))
        async with asyncio.timeout(0.2):
            await layer.group_add("another", channel)


def test_a_killed_process_stays_in_its_groups_on_the_queue_layer(
    valkey: Valkey,
) -> None:
    """kill -9 lets nobody leave a group. A subscription ends with its connection; a
    member of the queue layer's group stays for a day.
    """
    command = [sys.executable, "-m", "course.tests.facts_layers", valkey.url, "killed"]
    with (
        Redis.from_url(valkey.url) as redis,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == b"joined\n"
        until(lambda: bool(redis.pubsub_channels("killed__group__g")))
        process.kill()
        process.wait()
        until(lambda: not redis.pubsub_channels("killed__group__g"))
        assert redis.zcard("killed:group:g") == 1


CROWD = 300  # members


@pytest.mark.parametrize(("most", "left"), [(None, True), (CROWD, False)])
async def test_a_crowd_that_leaves_at_once_needs_a_pool_of_its_size(
    valkey: Valkey, most: int | None, left: bool
) -> None:
    """redis-py's pool has 100 connections, and raises when it is empty: of 300 members
    some stay in the queue layer's group. max_connections is the cure.
    """
    host = {"address": valkey.url} | ({"max_connections": most} if most else {})
    layer = RedisChannelLayer(hosts=[host], prefix=f"crowd-{most}")
    members = [await layer.new_channel() for _ in range(CROWD)]
    for member in members:
        await layer.group_add("g", member)
    leaving = (layer.group_discard("g", member) for member in members)
    results = await asyncio.gather(*leaving, return_exceptions=True)
    raised = [each for each in results if isinstance(each, MaxConnectionsError)]
    with Redis.from_url(valkey.url) as redis:
        assert redis.zcard(f"crowd-{most}:group:g") == len(raised)
    assert bool(raised) is left


async def test_the_queue_layer_waits_longer_than_the_connection(valkey: Valkey) -> None:
    """It asks Redis to answer after 5 s at the latest, and redis-py gives up after 5 s:
    an idle receive() raises. With socket_timeout=None it waits.
    """
    layer = RedisChannelLayer(hosts=[valkey.url])
    assert layer.brpop_timeout == 5
    assert layer.create_pool(0).make_connection().socket_timeout == 5
    layer = RedisChannelLayer(hosts=[{"address": valkey.url, "socket_timeout": 0.1}])
    with pytest.raises(RedisTimeoutError):
        await layer.receive(await layer.new_channel())


def test_hosts_is_a_list() -> None:
    """Of URLs, of (host, port), or of dicts with the connection's options; one text is
    an error.
    """
    with pytest.raises(ValueError, match="You must pass a list of Redis hosts"):
        RedisChannelLayer(hosts="redis://127.0.0.1:6379")
    (host,) = RedisChannelLayer(hosts=[("127.0.0.1", 6379)]).hosts
    assert host == {"host": "127.0.0.1", "port": 6379}


@pytest.mark.parametrize("kind", ON_REDIS)
async def test_a_consumer_without_groups_needs_redis_too(kind: str) -> None:
    """Each consumer reads its channel: without Redis it ends with an exception."""
    backend = f"{BACKENDS[kind].__module__}.{BACKENDS[kind].__name__}"
    config = {"BACKEND": backend, "CONFIG": {"hosts": ["redis://127.0.0.1:1"]}}
    with override_settings(CHANNEL_LAYERS={"default": config}):
        client = WebsocketCommunicator(AsyncWebsocketConsumer.as_asgi(), "/")
        with pytest.raises(RedisError):
            await client.wait(LATER)
