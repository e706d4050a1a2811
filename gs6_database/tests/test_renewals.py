"""A renewal tells what was missed of coming and going, and nothing that is not so."""

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import get_channel_layer
from leases import stay, there, until
from processes import TIMEOUT
from storage import models

# Each connection looks again after 0.05 s.
pytestmark = pytest.mark.usefixtures("look_often")


async def test_what_was_lost_of_coming_and_going_is_made_up_for(enter):
    """Redis was away, and no event came: at the next renewal bob is told of who is
    there, and later of who has gone.
    """
    models()
    bob = await enter("bob")
    row = await sync_to_async(stay)("carol")
    assert await bob.next_frame() == {"type": "user_join", "user": "carol"}
    await row.adelete()
    assert await bob.next_frame() == {"type": "user_leave", "user": "carol"}


async def test_who_was_taken_for_a_ghost_comes_back(enter, monkeypatch):
    """Alice's process hangs, and her lease is swept; when it goes on she is there
    again, and bob is told of both.
    """
    models()
    from chat.place import Place

    renew, hangs = Place.renew, {"alice"}

    def hang(place):
        if place.user.username in hangs:
            return True, place.lease.users(), {}
        return renew(place)

    bob = await enter("bob")
    monkeypatch.setattr(Place, "renew", hang)
    await enter("alice")
    await bob.next_frame(type="user_join", user="alice")
    leases = models().Presence.objects.filter(user__username="alice")
    await leases.adelete()
    assert await bob.next_frame() == {"type": "user_leave", "user": "alice"}
    hangs.clear()
    assert await bob.next_frame() == {"type": "user_join", "user": "alice"}
    await until(there, ["alice", "bob"])


async def test_who_comes_during_a_renewal_has_not_left(enter, monkeypatch):
    """The event that bob has come is newer than what the renewal has seen: alice is not
    told that he has left.
    """
    models()
    from chat.place import Place

    renew, looks, twice = Place.renew, [], asyncio.Event()
    loop = asyncio.get_running_loop()

    async def come():
        event = {"sender": "another process", "number": 1, "changes": [("bob", True)]}
        event["type"] = "people.changed"
        await get_channel_layer().group_send("room.red", event)
        await alice.next_frame(type="user_join", user="bob")

    def renew_slowly(place):
        seen = renew(place)
        if not looks:
            stay("bob")
            async_to_sync(come)()
        looks.append(seen)
        if len(looks) == 2:
            loop.call_soon_threadsafe(twice.set)
        return seen

    alice = await enter("alice")
    monkeypatch.setattr(Place, "renew", renew_slowly)
    async with asyncio.timeout(TIMEOUT):
        await twice.wait()
    assert await alice.receive_nothing()


async def test_who_leaves_during_a_renewal_has_left(enter, monkeypatch):
    """The task that renews must not take a lease again that is given back: it would be
    a ghost. Here alice leaves while that task looks at her login.
    """
    models()
    from chat import consumers, place

    look, leave = consumers.user_of, place.Place.give_back
    looking, leaving = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def look_long(session_key):
        if there():
            loop.call_soon_threadsafe(looking.set)
            assert leaving.wait(TIMEOUT)
        return look(session_key)

    async def leave_meanwhile(self):
        loop.call_soon(leaving.set)  # when the database's thread has been asked
        await leave(self)

    monkeypatch.setattr(consumers, "user_of", look_long)
    monkeypatch.setattr(place.Place, "give_back", leave_meanwhile)
    alice = await enter("alice")
    async with asyncio.timeout(TIMEOUT):
        await looking.wait()
    await alice.disconnect(timeout=TIMEOUT)
    # By now the thread has done whatever it was asked.
    assert await sync_to_async(there)() == []


async def test_one_connection_looks_for_all_of_its_room(enter, monkeypatch):
    """Each renews its lease; who is there is read once for those that renew together,
    not by each: in a crowd that would be everybody's name for everybody.
    """
    models()
    from chat import people
    from chat.presence import Lease

    renew, users = Lease.renew, Lease.users
    reads, renewals, enough = [], [], asyncio.Event()
    loop = asyncio.get_running_loop()

    def renew_and_count(lease):
        renewals.append(lease.user.username)
        if min(map(renewals.count, names)) >= 3:
            loop.call_soon_threadsafe(enough.set)
        return renew(lease)

    def read_and_count(lease):
        reads.append(lease)
        return users(lease)

    names = ["alice", "bob", "carol"]
    for name in names:
        await enter(name)
    with monkeypatch.context() as patch:
        patch.setattr(people, "TOGETHER", 3600)
        patch.setattr(people.people_of("room.red"), "looked_at", float("-inf"))
        patch.setattr(Lease, "renew", renew_and_count)
        patch.setattr(Lease, "users", read_and_count)
        async with asyncio.timeout(TIMEOUT):
            await enough.wait()
    assert len(reads) == 1
