"""The three channel layers side by side: names, values and capacities."""

import datetime
import decimal
import uuid
from typing import Any

import pytest
from channels.exceptions import ChannelFull

from course.tests.facts_layers import BACKENDS, ON_REDIS, Make, arriving, kind, make

__all__ = ["kind", "make"]  # fixtures


@pytest.mark.parametrize("kind", ["memory", "queue"])
def test_a_layer_has_these_limits_by_default(kind: str) -> None:
    """A channel holds 100 messages, for 60 s; a member is in its group for 24 h."""
    layer = BACKENDS[kind]()
    assert (layer.capacity, layer.expiry, layer.group_expiry) == (100, 60, 86_400)


BAD_NAMES = ["", "room one", "caf\u00e9", "a@b", "a:b", 100 * "x"]


async def test_a_bad_group_name_is_a_type_error_but_on_pubsub(
    make: Make, kind: str
) -> None:
    """1 to 99 of a-z, A-Z, 0-9, "-", "_" and "." are good; pub/sub takes any name."""
    layer = make()
    channel = await layer.new_channel()
    if kind == "pubsub":
        for name in BAD_NAMES:
            await layer.group_add(name, channel)
        for name in BAD_NAMES:
            await layer.group_send(name, {"n": name})
        assert await arriving(layer, channel) == BAD_NAMES
        return
    for name in BAD_NAMES:
        with pytest.raises(TypeError, match="^Group name must be"):
            await layer.group_add(name, channel)
        with pytest.raises(TypeError, match="^Group name must be"):
            await layer.group_send(name, {"n": name})


async def test_these_group_names_are_taken(make: Make) -> None:
    """99 characters are, and, for want of care, a line break at the end."""
    layer = make()
    channel = await layer.new_channel()
    names = [99 * "x", "a-b_c.D9", "red\n"]
    for name in names:
        await layer.group_add(name, channel)
    for name in names:
        await layer.group_send(name, {"n": name})
    assert await arriving(layer, channel) == names


async def test_pubsub_groups_hold_channels_of_their_own_process_only(
    make: Make, kind: str
) -> None:
    """The other two let one add any channel's name, wherever its reader is."""
    layer = make()
    if kind == "pubsub":
        with pytest.raises(RuntimeError, match="channels that exist in-process"):
            await layer.group_add("g", "somebody.elses")
    else:
        await layer.group_add("g", "somebody.elses")


async def test_what_is_sent_is_a_copy(make: Make) -> None:
    """What is changed after it was sent does not change what arrives."""
    layer = make()
    channel = await layer.new_channel()
    users = ["alice"]
    await layer.send(channel, {"type": "hello", "users": users})
    users.append("bob")
    assert await layer.receive(channel) == {"type": "hello", "users": ["alice"]}


UNSENDABLE: list[tuple[object, Any]] = [
    (datetime.datetime(2026, 1, 1), TypeError),
    (decimal.Decimal("1.5"), TypeError),
    (uuid.UUID(int=1), TypeError),
    ({1, 2}, TypeError),
    (2**64, OverflowError),
    ("\ud800", UnicodeEncodeError),
]


async def test_in_memory_any_value_passes_and_on_redis_it_does_not(
    make: Make, kind: str
) -> None:
    """msgpack refuses dates, decimals, UUIDs, sets, integers of more than 64 bits and
    unpaired surrogates: send() raises. A test in memory never shows it.
    """
    layer = make()
    channel = await layer.new_channel()
    for value, error in UNSENDABLE:
        if kind == "memory":
            await layer.send(channel, {"n": value})
        else:
            with pytest.raises(error):
                await layer.send(channel, {"n": value})
    passed = [value for value, _ in UNSENDABLE] if kind == "memory" else []
    assert await arriving(layer, channel) == passed


async def test_these_values_pass_everywhere(make: Make) -> None:
    """None, booleans, integers of 64 bits, floats, text, bytes, lists and dicts."""
    layer = make()
    channel = await layer.new_channel()
    values: list[object] = [None, True, 2**64 - 1, 0.5, "\xe9", b"\0", [{}]]
    for value in values:
        await layer.send(channel, {"n": value})
    assert await arriving(layer, channel) == values


async def test_on_redis_a_tuple_becomes_a_list(make: Make, kind: str) -> None:
    """In memory it stays a tuple."""
    layer = make()
    channel = await layer.new_channel()
    await layer.send(channel, {"n": (1, 2)})
    assert await arriving(layer, channel) == [(1, 2) if kind == "memory" else [1, 2]]


@pytest.mark.parametrize("kind", ON_REDIS)
async def test_on_redis_an_integer_as_a_key_fails_at_the_receiver(make: Make) -> None:
    """send() takes a dict with integers as keys, and receive() raises: the mistake is
    in one process, and the exception in another.
    """
    layer = make()
    channel = await layer.new_channel()
    await layer.send(channel, {"votes": {1: "yes"}})
    with pytest.raises(ValueError, match="int is not allowed for map key"):
        await layer.receive(channel)


async def test_a_full_channel_is_an_error_for_send_but_on_pubsub(
    make: Make, kind: str
) -> None:
    """send() raises ChannelFull. The pub/sub layer has no capacity; it ignores one."""
    layer = make(capacity=3)
    channel = await layer.new_channel()
    for number in range(3):
        await layer.send(channel, {"n": number})
    if kind == "pubsub":
        await layer.send(channel, {"n": 3})
        assert await arriving(layer, channel) == [0, 1, 2, 3]
    else:
        with pytest.raises(ChannelFull):
            await layer.send(channel, {"n": 3})
        assert await arriving(layer, channel, 3) == [0, 1, 2]


async def test_on_the_queue_layer_a_process_shares_one_capacity(
    make: Make, kind: str
) -> None:
    """What one consumer has not read fills the channels of all in its process."""
    layer = make(capacity=3)
    full, other = await layer.new_channel(), await layer.new_channel()
    for number in range(3):
        await layer.send(full, {"n": number})
    if kind == "queue":
        with pytest.raises(ChannelFull):
            await layer.send(other, {"n": 0})
    else:
        await layer.send(other, {"n": 0})
        assert await arriving(layer, other) == [0]


@pytest.mark.parametrize("kind", ["queue"])
async def test_the_queue_layer_drops_the_oldest_of_who_does_not_read(
    make: Make,
) -> None:
    """While others in the process read, what is for a consumer that does not is kept
    for it in memory, up to the capacity; then the oldest goes, and nobody is told.
    """
    layer = make(capacity=2)
    busy, reader = await layer.new_channel(), await layer.new_channel()
    for number in range(3):
        await layer.send(busy, {"n": number})
        await layer.send(reader, {"n": number})
        assert (await layer.receive(reader))["n"] == number
    assert await arriving(layer, busy, 2) == [1, 2]


@pytest.mark.parametrize("kind", ["memory", "queue"])
async def test_a_capacity_by_pattern_works_on_the_queue_layer_only(
    make: Make, kind: str
) -> None:
    """channel_capacity={"jobs*": 1} makes every send() in memory raise ValueError."""
    layer = make(channel_capacity={"jobs*": 1})
    if kind == "memory":
        with pytest.raises(ValueError, match="unpack"):
            await layer.send("other", {"n": 0})
    else:
        await layer.send("jobs-1", {"n": 0})
        with pytest.raises(ChannelFull):
            await layer.send("jobs-1", {"n": 1})
