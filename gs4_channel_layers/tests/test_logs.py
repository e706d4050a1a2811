"""What the log says of a layer that does not work, and how often."""

import importlib.util
import logging
import socket

import pytest
from processes import TIMEOUT
from redis import Redis
from servers import serving
from valkeys import without

LOGGER = "ERROR channels_redis.pubsub: "


@pytest.fixture
def seldom():
    """The filter, as the settings use it."""
    assert importlib.util.find_spec("chat.logs"), "there is no filter"
    from chat.logs import Seldom

    return Seldom()


@pytest.fixture
def clock(monkeypatch, seldom):
    """A clock that is moved by hand."""
    time = [1000.0]
    monkeypatch.setattr("chat.logs.time.monotonic", lambda: time[0])
    return time


def record(text, *args, error=None):
    """Return what a logger would hand to its filters."""
    exc_info = error and (type(error), error, None)
    return logging.LogRecord("any", logging.ERROR, "any.py", 1, text, args, exc_info)


def test_the_same_is_said_once_a_minute(seldom, clock):
    """What is repeated within a minute is not logged; after it, once again."""
    assert seldom.filter(record("gone"))
    clock[0] += 59
    assert not seldom.filter(record("gone"))
    clock[0] += 1
    assert seldom.filter(record("gone"))
    assert not seldom.filter(record("gone"))


def test_something_else_is_said_at_once(seldom, clock):
    """Another text, other arguments or another error is other news."""
    assert seldom.filter(record("%s is gone", "one"))
    assert seldom.filter(record("%s is gone", "another"))
    assert seldom.filter(record("failed", error=OSError("one")))
    assert seldom.filter(record("failed", error=OSError("another")))
    assert not seldom.filter(record("failed", error=OSError("one")))


def test_a_traceback_becomes_one_line(seldom, clock):
    """The kind of the error and its text stand where the message ends."""
    said = record("%s failed", "it", error=OSError("no\n100 % luck"))
    assert seldom.filter(said)
    formatted = logging.Formatter("%(message)s").format(said)
    assert formatted == "it failed: OSError: no 100 % luck"


@pytest.mark.parametrize("name", ["daphne", "uvicorn"])
def test_a_refused_subscription_is_in_the_log(start_valkey, name):
    """Redis may let a user publish and not subscribe: nobody hears anything. The log
    says why, in one line.
    """
    valkey = start_valkey()
    with Redis.from_url(valkey.connection_url) as redis:
        rights = ("on", ">password", "~*", "&*", "+@all", "-subscribe")
        redis.execute_command("ACL", "SETUSER", "mute", *rights)
    url = valkey.connection_url.replace("redis://", "redis://mute:password@")
    with serving(name, REDIS_URL=url, REDIS_LAYER="pubsub") as [server]:
        for user in ("alice", "bob"):
            path, headers = server.door(user)
            with server.connect(path, additional_headers=headers):
                [line] = server.wait_for(LOGGER)
        assert "NoPermissionError: " in line
        assert "'subscribe'" in line


@pytest.mark.parametrize("name", ["daphne", "uvicorn"])
def test_an_outage_is_said_seldom(start_valkey, name):
    """The subscriber tries each second to come back. Each text is there once."""
    valkey = start_valkey()
    port = valkey.port
    environment = {"REDIS_URL": valkey.connection_url, "REDIS_LAYER": "pubsub"}
    with serving(name, **environment) as [server]:
        with server.enter("alice"), without(valkey):
            with socket.create_server(("127.0.0.1", port)) as closing:
                closing.settimeout(TIMEOUT)
                for _ in range(6):
                    closing.accept()[0].close()
            lines = [line.partition(LOGGER)[2] for line in server.wait_for(LOGGER)]
        assert len(lines) == len(set(lines))
