"""Two deployments that share one Redis, and two processes of one deployment."""

import runpy
from pathlib import Path

import pytest
from channels.layers import get_channel_layer

SETTINGS = Path(__file__).resolve().parent.parent / "config" / "settings.py"
KINDS = ["pubsub", "queue"]


@pytest.fixture
def deploy(monkeypatch, settings, redis_url):
    """Return the channel layer of a process with this environment."""

    def read(kind, url="{}", **environment):
        environment["REDIS_URL"] = url.format(redis_url)
        environment["REDIS_LAYER"] = kind
        with monkeypatch.context() as patch:
            for name in ("REDIS_PREFIX", "SECRET_KEY", "SECRET_KEY_FALLBACKS"):
                patch.delenv(name, raising=False)
            for name, value in environment.items():
                patch.setenv(name, value)
            layers = runpy.run_path(str(SETTINGS)).get("CHANNEL_LAYERS")
        assert layers, "there are no channel layers"
        settings.CHANNEL_LAYERS = layers
        return get_channel_layer()

    return read


async def hears(one, other):
    """Return whether what is said in one is heard in the other."""
    channel = await other.new_channel()
    await other.group_add("room.red", channel)
    await one.group_send("room.red", {"type": "hello", "from": "one"})
    await other.group_send("room.red", {"type": "hello", "from": "other"})
    heard = await other.receive(channel)
    await other.group_discard("room.red", channel)
    return heard["from"] == "one"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "difference",
    [
        {"url": "{}/1"},
        {"url": "{}?db=1"},
        {"SECRET_KEY": "another"},
        {"REDIS_PREFIX": "another"},
    ],
    ids=lambda difference: "".join(difference.values()),
)
async def test_two_deployments_do_not_hear_each_other(deploy, kind, difference):
    """One of these is enough: the number of the database, the key, the prefix. Pub/sub
    itself knows no numbers.
    """
    one, other = deploy(kind), deploy(kind, **difference)
    assert not await hears(one, other)
    assert not await hears(other, one)


async def test_the_number_counts_beside_a_prefix(deploy):
    """Two that are given one prefix, and two databases, are two."""
    one = deploy("pubsub", REDIS_PREFIX="ours")
    assert not await hears(one, deploy("pubsub", "{}/1", REDIS_PREFIX="ours"))
    assert await hears(one, deploy("pubsub", REDIS_PREFIX="ours", SECRET_KEY="new"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("url", ["{}", "{}/", "{}/0", "{}?db=0"])
async def test_two_processes_of_one_hear_each_other(deploy, kind, url):
    """However the same database is written."""
    one, other = deploy(kind), deploy(kind, url)
    assert await hears(one, other)
    assert await hears(other, one)


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("rediss://example.com/3", 3),
        ("rediss://:password@example.com:6380?db=3", 3),
        ("unix:///run/redis.sock?db=3", 3),
        ("unix:///run/redis.sock", 0),
    ],
)
def test_every_kind_of_url_names_a_database(deploy, url, number):
    """The prefix is that of redis://…/N, whatever the URL looks like."""
    plain = deploy("queue", f"redis://127.0.0.1/{number}")
    assert deploy("queue", url).prefix == plain.prefix


def test_a_bad_url_is_named(deploy):
    """A start that fails says which variable is wrong."""
    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured, match="^REDIS_URL is 'localhost:6379': "):
        deploy("pubsub", "localhost:6379")
