"""Redis goes away under open connections, and comes back."""

import contextlib
import time

import pytest
from processes import TIMEOUT
from servers import serving
from valkeys import without
from websockets.exceptions import ConnectionClosed

UNAVAILABLE = 4503


@pytest.fixture(
    scope="module",
    params=["uvicorn pubsub", "daphne queue"],
)
def shaky(request, start_valkey):
    """A server, the Valkey it depends on, and the kind of its layer."""
    name, layer = request.param.split()
    if name == "uvicorn":
        pytest.importorskip("uvicorn")
    valkey = start_valkey()
    environment = {"REDIS_URL": valkey.connection_url, "REDIS_LAYER": layer}
    with serving(name, **environment) as servers:
        yield servers[0], valkey, layer


@contextlib.contextmanager
def joined(server, name, room="red"):
    """Open a connection and wait until it is in its room.

    After Redis is back one may still get one of the old connections to it, and be
    refused or closed: so try again, as the page does.
    """
    end = time.monotonic() + TIMEOUT
    while True:
        with contextlib.ExitStack() as stack:
            try:
                client = stack.enter_context(server.enter(name, room))
            except (ConnectionClosed, pytest.fail.Exception):
                assert time.monotonic() < end, f"{name} does not get in"
            else:
                yield client
                return


def test_who_speaks_is_closed_with_4503(shaky):
    """A connection is closed at the first failure that it sees."""
    server, valkey, layer = shaky
    with joined(server, "alice") as alice, without(valkey):
        with contextlib.suppress(
            ConnectionClosed
        ):  # the queue layer has closed it already
            alice.say("hello?")
        assert alice.close_code() == UNAVAILABLE


def test_who_listens_is_closed_by_the_queue_and_not_by_pubsub(shaky):
    """The queue layer asks Redis all the time, so all are closed at once. A subscriber
    of the pub/sub layer does not notice, and hears everything after Redis is back.
    """
    server, valkey, layer = shaky
    with joined(server, "bob") as bob:
        with without(valkey):
            if layer == "queue":
                assert bob.close_code() == UNAVAILABLE
                return
        with joined(server, "carol") as carol:
            # What is said before bob's subscription is renewed does not reach him.
            carol.say("hello")
            end = time.monotonic() + TIMEOUT
            while not bob.has_got(type="chat_message"):
                assert time.monotonic() < end, "bob hears nothing any more"
                carol.say("hello")


def test_a_handshake_is_refused(shaky):
    """Without Redis nobody gets in: HTTP 403, which a page takes as a closed door."""
    server, valkey, layer = shaky
    with joined(server, "alice"):
        pass
    with without(valkey):
        assert server.handshake_status("/ws/chat/red/") == 403


def test_it_works_again_by_itself(shaky):
    """After Redis is back, two newcomers hear each other: no restart is needed."""
    server, valkey, layer = shaky
    with joined(server, "alice"):
        pass
    with without(valkey):
        assert server.handshake_status("/ws/chat/red/") == 403
    with joined(server, "alice") as alice, joined(server, "bob") as bob:
        alice.say("hello again")
        bob.wait_for(type="chat_message", message="hello again")


def test_each_connection_is_one_warning(shaky):
    """The log has one line for each connection that was lost, and no traceback."""
    server, valkey, layer = shaky
    with joined(server, "alice", "lost") as alice, without(valkey):
        with contextlib.suppress(ConnectionClosed):
            alice.say("hello?")
        assert alice.close_code() == UNAVAILABLE
        assert server.handshake_status("/ws/chat/refused/") == 403
    for room in ("lost", "refused"):
        lines = server.wait_for(f"/ws/chat/{room}/: the channel layer is lost")
        assert len(lines) == 1
        assert " WARNING " in lines[0]
    assert "Traceback" not in server.log


async def test_who_is_closed_leaves_its_groups(open_client, settings, start_valkey):
    """What the layer keeps of a group in this process is gone with its last member,
    although Redis was not there to be told.
    """
    valkey = start_valkey()
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [valkey.connection_url]},
        }
    }
    alice = await open_client("alice")
    await alice.wait_for(type="user_join", user="alice")
    from channels.layers import get_channel_layer

    layer = get_channel_layer()
    assert layer.groups
    valkey.stop()
    await alice.say("hello?")
    while (await alice.next_event())["type"] != "websocket.close":
        pass
    await alice.wait()
    assert not layer.groups
