"""What the tests of the channel layers share.

python -m course.tests.facts_layers URL PREFIX joins the group g on both layers of
Redis, prints "joined", and waits.
"""

import asyncio
import sys
import time
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import channels.layers
import channels_redis.core
import pytest
from channels.layers import InMemoryChannelLayer
from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings

if not settings.configured:
    settings.configure()

Event = dict[str, Any]
Make = Callable[..., Any]
END = "end"
LATER = 5  # seconds

BACKENDS = {
    "memory": InMemoryChannelLayer,
    "queue": RedisChannelLayer,
    "pubsub": RedisPubSubChannelLayer,
}
ON_REDIS = ["queue", "pubsub"]


@pytest.fixture(params=BACKENDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of layer in turn."""
    return str(request.param)


@pytest.fixture
def make(request: pytest.FixtureRequest, kind: str) -> Make:
    """A function that makes a layer of this kind, apart from those of other tests."""
    config: dict[str, Any] = {}
    if kind in ON_REDIS:
        url = request.getfixturevalue("valkey").url
        config = {"hosts": [url], "prefix": uuid.uuid4().hex}
    return lambda **more: BACKENDS[kind](**(config | more))


class Clock(SimpleNamespace):
    """The time module, as the layers use it, with a clock that is put forward."""

    now = 1_800_000_000.0

    def time(self) -> float:
        """Return the time of this clock, which is never the same twice."""
        self.now += 0.001
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the layers; Valkey's own is another one."""
    fake = Clock()
    monkeypatch.setattr(channels.layers, "time", fake)
    monkeypatch.setattr(channels_redis.core, "time", fake)
    return fake


async def arriving(layer: Any, channel: str, count: int = 0) -> list[Any]:
    """Return the numbers of the messages that arrive in a channel.

    Args:
        layer: The layer.
        channel: The channel.
        count: How many are read before one more is sent, with which the reading ends.
            A full channel has no room for it.
    """
    numbers: list[Any] = []
    async with asyncio.timeout(LATER):
        while len(numbers) < count:
            numbers.append((await layer.receive(channel))["n"])
        await layer.send(channel, {"n": END})
        while (number := (await layer.receive(channel))["n"]) != END:
            numbers.append(number)
    return numbers


def until(true: Callable[[], bool]) -> None:
    """Return as soon as something is so."""
    end = time.monotonic() + LATER
    while not true():
        assert time.monotonic() < end


async def join(url: str, prefix: str) -> None:
    """Join a group on both layers of Redis, and wait for ever."""
    for kind in ("queue", "pubsub"):
        layer = BACKENDS[kind](hosts=[url], prefix=prefix)
        await layer.group_add("g", await layer.new_channel())
    sys.stdout.write("joined\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(join(*sys.argv[1:]))
