"""The wire around a channel layer: what a stage's code asks of it."""

from collections.abc import AsyncIterator
from typing import Any

import channels.consumer
import pytest
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from channels.layers import (
    BaseChannelLayer,
    ChannelLayerManager,
    InMemoryChannelLayer,
    channel_layers,
)
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import override_settings
from redis.exceptions import RedisError

from course.valkey import Valkey
from course.wire.asgi import WireApplication, trace_handlers
from course.wire.events import Event
from course.wire.layer import short, trace_layers

BACKENDS = {
    "memory": "channels.layers.InMemoryChannelLayer",
    "pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer",
    "queue": "channels_redis.core.RedisChannelLayer",
}
CLIENT = 7  # a TCP port


class Member(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
    """Joins a group, tells it so, and answers on its own channel."""

    async def websocket_connect(self, event: dict[str, Any]) -> None:
        """Handle websocket.connect: join and accept."""
        await self.channel_layer.group_add("room", self.channel_name)
        await self.send({"type": "websocket.accept"})
        await self.channel_layer.group_send("room", {"type": "user.join"})

    async def user_join(self, event: dict[str, Any]) -> None:
        """Handle user.join: send to one channel."""
        await self.channel_layer.send(self.channel_name, {"type": "user.list"})

    async def user_list(self, event: dict[str, Any]) -> None:
        """Handle user.list: tell the client."""
        await self.send({"type": "websocket.send", "text": "done"})

    async def websocket_disconnect(self, event: dict[str, Any]) -> None:
        """Handle websocket.disconnect: leave the group."""
        await self.channel_layer.group_discard("room", self.channel_name)
        raise StopConsumer


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What is reported, for the time of a test, of every layer that is made."""
    if not settings.configured:
        settings.configure()
    reported: list[Event] = []
    for owner, name in (
        (ChannelLayerManager, "make_backend"),
        (channels.consumer, "get_handler_name"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr("channels.db.close_old_connections", lambda **_: None)
    trace_handlers()
    trace_layers(reported.append)
    return reported


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The settings of each layer: in memory, and on a real Valkey both ways."""
    config = {}
    if request.param != "memory":
        valkey: Valkey = request.getfixturevalue("valkey")
        config["hosts"] = [valkey.url]
    return {"BACKEND": BACKENDS[request.param], "CONFIG": config}


@pytest.fixture
async def layer(
    backend: dict[str, Any], events: list[Event]
) -> AsyncIterator[BaseChannelLayer]:
    """The default layer, traced."""
    with override_settings(CHANNEL_LAYERS={"default": backend}):
        layer = channel_layers["default"]
        yield layer
        await layer.flush()
        if hasattr(layer, "close_pools"):
            await layer.close_pools()


def told(events: list[Event]) -> list[tuple[str, str]]:
    """Return the layer's events: their kind, and what they show."""
    return [(event.kind, event.text) for event in events if event.lane == "layer"]


@pytest.mark.usefixtures("layer")
async def test_what_a_connection_asks_and_is_given_is_reported(
    events: list[Event],
) -> None:
    """Each call in its order, and each message from the layer as its handler starts;
    all of them with the client's port."""
    communicator = WebsocketCommunicator(
        WireApplication(Member.as_asgi(), events.append), "/ws/"
    )
    communicator.scope["client"] = ("127.0.0.1", CLIENT)
    await communicator.connect()
    assert await communicator.receive_from(5) == "done"
    await communicator.disconnect()
    channel = events[0].channel
    assert channel
    assert told(events) == [
        ("up", f"new_channel {channel}"),
        ("up", "group_add room"),
        ("up", "group_send room user.join"),
        ("down", "user.join"),
        ("up", f"send {channel} user.list"),
        ("down", "user.list"),
        ("up", "group_discard room"),
    ]
    assert {event.client for event in events} == {CLIENT}
    given = [event.where for event in events if event.type == "receive"]
    assert given == ["event loop", "event loop"]


async def test_it_works_as_without_the_wire(layer: BaseChannelLayer) -> None:
    """Groups and channels deliver what was sent, with all its content."""
    channel = await layer.new_channel()
    await layer.group_add("room", channel)
    await layer.group_send("room", {"type": "x", "content": [1, "ü"]})
    assert await layer.receive(channel) == {"type": "x", "content": [1, "ü"]}
    await layer.send(channel, {"type": "y"})
    assert (await layer.receive(channel))["type"] == "y"


async def test_outside_of_a_connection_there_is_no_client(
    layer: BaseChannelLayer, events: list[Event]
) -> None:
    """What a command sends belongs to no client."""
    await layer.group_send("room", {"type": "announcement"})
    assert [(event.client, event.text) for event in events] == [
        (0, "group_send room announcement")
    ]


@pytest.mark.usefixtures("events")
def test_a_hash_in_the_name_of_a_group_is_not_shown() -> None:
    """It says nothing to a reader, and may be another one in every run."""
    assert short(f"session.{'0a' * 32}") == "session.…"
    assert short("room.decade") == "room.decade"


def test_the_layer_stays_what_it_is() -> None:
    """A stage may ask for the layer's class."""
    default = {"BACKEND": BACKENDS["memory"]}
    with override_settings(CHANNEL_LAYERS={"default": default}):
        assert type(channel_layers["default"]) is InMemoryChannelLayer


async def test_a_layer_that_fails_is_reported(events: list[Event]) -> None:
    """What was asked, and the error; the stage gets the error."""
    # Nobody listens on port 9 (discard).
    default = {
        "BACKEND": BACKENDS["pubsub"],
        "CONFIG": {"hosts": ["redis://127.0.0.1:9"]},
    }
    with override_settings(CHANNEL_LAYERS={"default": default}):
        layer = channel_layers["default"]
        with pytest.raises(RedisError):
            await layer.new_channel()
        with pytest.raises(RedisError):
            await layer.group_send("room", {"type": "x"})
        await layer.flush()
    assert told(events) == [
        ("up", "new_channel"),
        ("down", "ConnectionError"),
        ("up", "group_send room x"),
        ("down", "ConnectionError"),
    ]
