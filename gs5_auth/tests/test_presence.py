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


def test_a_user_may_come_and_go_many_times(presence):
    """Equal tabs are counted, whatever their order; nothing of them stays."""
    presence = presence()
    channels = [str(number) for number in range(50)]
    for _ in range(3):
        assert [presence.add(each, "alice") for each in channels] == [True] + 49 * [
            False
        ]
        assert not any(presence.add(each, "alice") for each in channels)
        left = [presence.remove(each) for each in reversed(channels)]
        assert left == 49 * [None] + ["alice"]
    assert not presence.users


def test_who_comes_and_goes_costs_no_look_at_all_the_others(presence):
    """Among 1,000 it costs what it costs among none: nobody goes through all of them,
    for each that comes, in each of their sockets.
    """

    class Untouched(dict):
        """A dict that nobody goes through."""

        def refuse(self, *args):
            pytest.fail("all who are here were gone through")

        __iter__ = keys = values = items = copy = refuse

    presence = presence()
    for number in range(1000):
        presence.add(f"channel {number}", f"user {number}")
    names = [name for name, value in vars(presence).items() if isinstance(value, dict)]
    assert names
    for name in names:
        kind = type(vars(presence)[name])
        untouched = type("Untouched", (Untouched, kind), {})(vars(presence)[name])
        setattr(presence, name, untouched)
    assert presence.add("a", "alice") is True
    assert presence.add("b", "alice") is False
    assert presence.add("b", "alice") is False
    assert presence.remove("c") is None
    assert presence.remove("a") is None
    assert presence.remove("b") == "alice"


async def test_a_leave_of_nobody_is_ignored(enter):
    """Nobody knows whose it was: the next that bob gets is what he says."""
    bob = await enter("bob")
    from channels.layers import get_channel_layer

    leave = {"type": "user.leave", "channel": "unknown"}
    await get_channel_layer().group_send("room.red", leave)
    await bob.say("hello")
    assert (await bob.next_json())["type"] == "chat_message"
