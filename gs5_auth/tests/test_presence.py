"""What one socket knows of who is there: a user for each channel."""

import importlib.util

import pytest


@pytest.fixture
def presence():
    """Make what one socket knows of who is there."""

    def make():
        assert importlib.util.find_spec("chat.presence"), "presence is per socket"
        from chat.presence import Presence

        return Presence()

    return make


def test_the_first_socket_of_a_user_is_news(presence):
    """The second is not, nor is the first when it is heard of again."""
    presence = presence()
    assert presence.add("one", "alice") is True
    assert presence.add("two", "alice") is False
    assert presence.add("one", "alice") is False
    assert presence.add("three", "bob") is True


def test_the_last_socket_of_a_user_is_news(presence):
    """A user has left when no socket is left; then it may come again."""
    presence = presence()
    for channel in ("one", "two"):
        presence.add(channel, "alice")
    assert presence.remove("one") is None
    assert presence.remove("two") == "alice"
    assert presence.add("one", "alice") is True


def test_an_unknown_socket_does_not_leave(presence):
    """Who was never heard of is not there, even if others are."""
    presence = presence()
    assert presence.remove("one") is None
    presence.add("two", "alice")
    assert presence.remove("one") is None
    assert presence.remove("two") == "alice"
    assert presence.remove("two") is None


async def test_a_leave_of_nobody_is_ignored(enter):
    """Nobody knows whose it was: the next that bob gets is what he says."""
    bob = await enter("bob")
    from channels.layers import get_channel_layer

    leave = {"type": "user.leave", "channel": "unknown"}
    await get_channel_layer().group_send("room.red", leave)
    await bob.say("hello")
    assert (await bob.next_json())["type"] == "chat_message"
