"""The channel layer by hand, as one tries it in manage.py shell."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from channels.layers import get_channel_layer
from processes import START_TIMEOUT

PROJECT = Path(__file__).resolve().parent.parent
PROLOGUE = """
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

channel_layer = get_channel_layer()
"""
SEND = 'async_to_sync(channel_layer.send)("test_channel", {"type": "hello"})'
RECEIVE = 'print(async_to_sync(channel_layer.receive)("test_channel"))'


def shell(code, **environment):
    """Return what manage.py shell prints."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", PROLOGUE + code],
        cwd=PROJECT,
        env={**os.environ, "REDIS_URL": "", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=START_TIMEOUT,  # receive() of the wrong layer waits for ever
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_session_in_the_readme_is_true():
    """What README.md shows of manage.py shell is what one sees."""
    flags = doctest.ELLIPSIS
    readme = str(PROJECT / "README.md")
    result = doctest.testfile(readme, module_relative=False, optionflags=flags)
    assert result.attempted >= 5
    assert result.failed == 0


def test_on_the_queue_layer_another_process_may_receive(redis_url):
    """A message waits in its channel, on Redis, until somebody reads it."""
    environment = {"REDIS_URL": redis_url, "REDIS_LAYER": "queue"}
    shell(SEND, **environment)
    assert shell(RECEIVE, **environment) == "{'type': 'hello'}"


@pytest.mark.parametrize(
    ("backend", "name"),
    [
        ("channels.layers.InMemoryChannelLayer", r"specific\.\.inmemory![a-zA-Z]{12}"),
        (
            "channels_redis.core.RedisChannelLayer",
            r"specific\.[0-9a-f]{32}![0-9a-f]{32}",
        ),
        (
            "channels_redis.pubsub.RedisPubSubChannelLayer",
            r"asgispecific\.[0-9a-f]{32}",
        ),
    ],
)
async def test_what_a_channel_name_looks_like(request, settings, backend, name):
    """A connection's own channel has a name that no other has. On the queue layer the
    part before the ! is that of its process.
    """
    assert backend in {
        layer["BACKEND"] for layer in getattr(settings, "LAYERS", {}).values()
    }
    config = {}
    if "redis" in backend:
        config = {"hosts": [request.getfixturevalue("redis_url")]}
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": config}}
    layer = get_channel_layer()
    assert re.fullmatch(name, await layer.new_channel())
