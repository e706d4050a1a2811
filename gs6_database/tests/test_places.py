"""A connection's place in a room, when something comes in between."""

import asyncio
import importlib.util
import threading
from types import SimpleNamespace

import pytest
from accounts import make_user
from asgiref.sync import sync_to_async
from leases import there
from processes import TIMEOUT
from redis.exceptions import RedisError
from storage import models


@pytest.fixture
def make_place():
    """Make the places of users in red."""
    assert importlib.util.find_spec("chat.place"), "a connection has no place"
    from chat.place import Place

    async def make(name):
        user = await sync_to_async(make_user)(name)
        return Place("red", user, f"channel of {name}")

    return make


async def test_who_is_cancelled_while_coming_in_leaves_no_ghost(
    make_place, monkeypatch
):
    """A handshake that takes too long is cancelled, while the database's thread goes
    on: the lease that it takes is given back.
    """
    models()
    from chat.presence import Lease

    take, begun, go = Lease.take, asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def take_long(lease):
        loop.call_soon_threadsafe(begun.set)
        assert go.wait(TIMEOUT)
        return take(lease)

    monkeypatch.setattr(Lease, "take", take_long)
    place = await make_place("alice")
    coming = asyncio.create_task(place.take(None))
    async with asyncio.timeout(TIMEOUT):
        await begun.wait()
        coming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await coming
        loop.call_soon(go.set)
        await place.give_back()
    assert await sync_to_async(there)() == []


async def test_who_cannot_tell_the_room_is_not_there(make_place, monkeypatch):
    """Redis is lost between the lease and the event: that is raised, and what is given
    back is gone, though that cannot be told, either.
    """
    models()
    from chat import people

    async def fail(group, event):
        raise RedisError("away")

    monkeypatch.setattr(people, "tell_group", fail)
    place = await make_place("alice")
    for do in (place.take(None), place.give_back()):
        with pytest.raises(RedisError):
            await do
    assert await sync_to_async(there)() == []
    assert (place.people.places, place.people.users) == (set(), None)


async def test_all_who_wait_hear_that_nobody_was_told(make_place, monkeypatch):
    """Several are told together by one task: each of them raises what it raises, but
    for the one who has gone meanwhile; and no exception is left unheard.
    """
    models()
    from chat import people

    unheard = []
    asyncio.get_running_loop().set_exception_handler(lambda *args: unheard.append(args))

    async def fail(group, event):
        raise RedisError("away")

    monkeypatch.setattr(people, "tell_group", fail)
    room = people.People("room.red")
    tasks = [asyncio.create_task(room.tell((name, True))) for name in "abc"]
    await asyncio.sleep(0)
    tasks[0].cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    kinds = [type(end) for end in ends]
    assert kinds == [asyncio.CancelledError, RedisError, RedisError]
    assert unheard == []


async def test_news_are_shown_once(make_place):
    """Also if a look shows them while an event does: sending takes time."""
    models()
    place = await make_place("alice")
    place.people.start({"alice"})
    place.people.note([(name, True) for name in ("bob",)])
    place.people.note([(name, True) for name in ("carol",)])
    by_look, by_event = place.news(), place.news()
    shown = [next(by_look), next(by_event), *by_look, *by_event]
    assert ["bob" in shown[0], "carol" in shown[1], len(shown)] == [True, True, 2]


async def test_a_lease_is_renewed_while_others_wait_for_the_room(
    make_place, monkeypatch
):
    """Somebody has the room locked, and a speaker waits for it: a renewal locks no room
    and does not fail with it, or those who are there would be said to have left. (But
    on SQLite whoever writes waits for whoever does.)
    """
    models()
    from chat import turns

    monkeypatch.setattr(turns, "connection", SimpleNamespace(vendor="postgresql"))
    place = await make_place("alice")
    await place.take(None)
    turn = turns.turns.setdefault(place.group, turns.Turn())
    async with asyncio.timeout(TIMEOUT), turn.lock:
        await place.keep()
    await place.give_back()
