"""Mistakes with groups, names and types, on the layer in memory."""

from collections.abc import Iterator
from typing import Any

import pytest
from channels.exceptions import ChannelFull, InvalidChannelLayerError
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.test import override_settings

from course.mistakes import layers
from course.tests.mistakes_help import (
    IN_MEMORY,
    LEAVE,
    Connection,
    connecting,
    error_of,
    frame,
)

NAMES = (
    "Group name must be a valid unicode string with length < 100 "
    "containing only ASCII alphanumerics, hyphens, underscores, or periods."
)


@pytest.fixture(autouse=True)
def in_memory() -> Iterator[None]:
    """Have an empty layer in memory."""
    with override_settings(CHANNEL_LAYERS=IN_MEMORY):
        yield


async def test_without_channel_layers_there_is_no_layer() -> None:
    """self.channel_layer is None: the setting is missing, or has no "default"."""
    said = "AttributeError: 'NoneType' object has no attribute 'group_add'"
    with override_settings(CHANNEL_LAYERS={}):
        assert get_channel_layer() is None
        assert await error_of(layers.Joins) == said


async def test_without_channel_layers_there_are_no_groups() -> None:
    """The same with groups = [...], where Channels joins."""
    said = "BACKEND is unconfigured or doesn't support groups"
    with override_settings(CHANNEL_LAYERS={}):
        error = await error_of(layers.JoinsByAttribute)
    assert error == f"InvalidChannelLayerError: {said}"


async def test_that_text_hides_any_attribute_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A layer that is there, and raises AttributeError in group_add(), gets it too."""

    async def fail(self: Any, group: str, channel: str) -> None:
        raise AttributeError("quite another one")

    monkeypatch.setattr(InMemoryChannelLayer, "group_add", fail)
    said = "BACKEND is unconfigured or doesn't support groups"
    assert said in await error_of(layers.JoinsByAttribute)


def test_a_wrong_backend_cannot_be_imported() -> None:
    """Also if channels_redis is not installed, or its class is misspelt."""
    wrong = {"default": {"BACKEND": "channels_redis.core.RedisLayer"}}
    said = "Cannot import BACKEND 'channels_redis.core.RedisLayer' specified for"
    with (
        override_settings(CHANNEL_LAYERS=wrong),
        pytest.raises(InvalidChannelLayerError, match=said),
    ):
        get_channel_layer()


async def test_a_group_has_a_plain_name() -> None:
    """A name with a space ends the connection, before it is accepted: HTTP 500."""
    client = Connection(layers.JoinsAnyName.as_asgi(), "/?red")
    error = await client.ends(connecting())
    assert isinstance(error, TypeError)
    assert str(error) == NAMES


async def test_an_event_without_its_handler_ends_the_listener() -> None:
    """chat.message wants a method chat_message; whoever hears it ends."""
    alice = Connection(layers.NoHandler.as_asgi())
    bob = Connection(layers.NoHandler.as_asgi())
    await alice.open()
    await bob.open()
    await alice.send_to("hello")
    for client in (alice, bob):
        error = await client.ends()
        assert str(error) == "No handler for message type chat.message"


async def test_group_send_without_await_sends_nothing() -> None:
    """Nobody hears it, and there is no error: Python warns."""
    client = Connection(layers.ForgetsAwaitOfSend.as_asgi())
    await client.open()
    said = "coroutine 'InMemoryChannelLayer.group_send' was never awaited"
    with pytest.warns(RuntimeWarning, match=said):
        assert await client.ends(frame("hello"), LEAVE) is None
    assert client.output_queue.empty()


async def test_group_discard_without_await_leaves_nothing() -> None:
    """Who has gone is still a member."""
    client = Connection(layers.ForgetsAwaitOfDiscard.as_asgi())
    said = "coroutine 'InMemoryChannelLayer.group_discard' was never awaited"
    with pytest.warns(RuntimeWarning, match=said):
        assert await client.ends(connecting(), LEAVE) is None
    assert len(get_channel_layer().groups["red"]) == 1


async def test_nobody_leaves_a_group_by_itself() -> None:
    """What connect() joins, disconnect() has to leave."""
    client = Connection(layers.NeverDiscards.as_asgi())
    assert await client.ends(connecting(), LEAVE) is None
    assert len(get_channel_layer().groups["red"]) == 1


async def test_groups_of_the_class_are_left_by_channels() -> None:
    """groups = [...] is joined before connect() and left before disconnect()."""
    seen = []

    class Looks(layers.JoinsByAttribute):
        async def connect(self) -> None:
            seen.append(list(get_channel_layer().groups))
            await self.accept()

        async def disconnect(self, code: int) -> None:
            seen.append(list(get_channel_layer().groups))

    client = Connection(Looks.as_asgi())
    await client.open()
    assert await client.ends(LEAVE) is None
    assert seen == [["red"], []]


async def test_who_overrides_websocket_connect_joins_nothing() -> None:
    """The groups of the class are joined there: override connect() instead."""
    client = Connection(layers.OverridesTheHandler.as_asgi())
    await client.open()
    assert get_channel_layer().groups == {}
    client.stop()


async def test_an_event_is_a_dictionary() -> None:
    """A text is refused at once, not at the listener."""
    with pytest.raises(AssertionError, match="Message is not a dict"):
        await get_channel_layer().group_send("red", "hello")


async def test_an_event_of_a_group_needs_a_type() -> None:
    """group_send() takes it without one, and every listener ends."""
    client = Connection(layers.Joins.as_asgi())
    await client.open()
    await get_channel_layer().group_send("red", {"text": "hello"})
    error = await client.ends()
    assert str(error) == "Incoming message has no 'type' attribute"


async def test_what_a_channel_cannot_hold_raises_or_is_dropped() -> None:
    """send() raises ChannelFull after 100 messages; group_send() says nothing."""
    layer = get_channel_layer()
    await layer.group_add("red", "mine")
    for _ in range(101):
        await layer.group_send("red", {"type": "hello"})
    with pytest.raises(ChannelFull):
        await layer.send("mine", {"type": "hello"})
    assert layer.channels["mine"].qsize() == 100


async def test_in_memory_a_capacity_by_name_raises() -> None:
    """The patterns of channel_capacity are used as if they were compiled."""
    layer = InMemoryChannelLayer(channel_capacity={"foo*": 3})
    with pytest.raises(ValueError, match="too many values to unpack"):
        await layer.send("foo1", {"type": "hello"})


async def test_a_listener_that_knows_the_type_hears_it() -> None:
    """The positive control: group_send() reaches chat_message()."""
    client = Connection(layers.Joins.as_asgi())
    await client.open()
    event = {"type": "chat.message", "text": "hello"}
    await get_channel_layer().group_send("red", event)
    assert await client.receive_from() == "hello"
    client.stop()


async def test_in_memory_groups_outlive_a_test() -> None:
    """A process has one layer; only a new value of the setting makes another."""
    await get_channel_layer().group_add("red", "of-an-earlier-test")
    assert get_channel_layer().groups
    with override_settings(CHANNEL_LAYERS=IN_MEMORY):
        assert get_channel_layer().groups == {}
