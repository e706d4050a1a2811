"""Which channel layer the environment chooses, and how it is set up."""

import runpy
from pathlib import Path

import pytest

SETTINGS = Path(__file__).resolve().parent.parent / "config" / "settings.py"
PUBSUB = "channels_redis.pubsub.RedisPubSubChannelLayer"
QUEUE = "channels_redis.core.RedisChannelLayer"
REDIS = {"REDIS_URL": "redis://127.0.0.1:6379"}


@pytest.fixture
def chosen(monkeypatch):
    """Read the settings with an environment; return the channel layer."""

    def read(**environment):
        for name in ("REDIS_URL", "REDIS_LAYER"):
            monkeypatch.setenv(name, environment.get(name, ""))
            if name not in environment:
                monkeypatch.delenv(name)
        layers = runpy.run_path(str(SETTINGS)).get("CHANNEL_LAYERS", {})
        return layers.get("default", {"BACKEND": None, "CONFIG": {}})

    return read


@pytest.mark.parametrize("environment", [{}, {"REDIS_URL": ""}])
def test_without_redis_it_is_in_memory(chosen, environment):
    """Nothing is needed to begin with."""
    layer = chosen(**environment)
    assert layer["BACKEND"] == "channels.layers.InMemoryChannelLayer"


def test_with_redis_it_is_pubsub(chosen):
    """REDIS_URL is enough."""
    layer = chosen(**REDIS)
    assert layer["BACKEND"] == PUBSUB
    (host,) = layer["CONFIG"]["hosts"]
    assert host["address"] == "redis://127.0.0.1:6379"


@pytest.mark.parametrize(("name", "backend"), [("pubsub", PUBSUB), ("queue", QUEUE)])
def test_the_kind_can_be_chosen(chosen, name, backend):
    """REDIS_LAYER names it."""
    assert chosen(REDIS_LAYER=name, **REDIS)["BACKEND"] == backend


def test_the_queue_layer_has_room_for_many(chosen):
    """Thousands of messages may wait, and thousands of connections to Redis be open:
    with the defaults, 100, a crowd that leaves at once stays in its groups.
    """
    config = chosen(REDIS_LAYER="queue", **REDIS)["CONFIG"]
    (host,) = config.get("hosts", [{}])
    assert config.get("capacity") == 5000
    assert host.get("max_connections") == 5000


def test_the_queue_layer_waits_as_long_as_it_takes(chosen):
    """Redis answers an idle receive() after 5 s: the connection must not give up first,
    as it would with redis-py's default of 5 s.
    """
    (host,) = chosen(REDIS_LAYER="queue", **REDIS)["CONFIG"].get("hosts", [{}])
    assert host.get("socket_timeout", 5) is None
