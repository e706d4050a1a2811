"""Who has gone without a word leaves when the lease has run out."""

import asyncio
import contextlib
from datetime import timedelta
from importlib import import_module

import pytest
from asgiref.sync import sync_to_async
from django.db.models.functions import Now
from leases import age, stay, there, until
from storage import models

LOOKING = {"SESSION_CHECK_SECONDS": "0.2"}
QUICK = {"LEASE_SECONDS": "1", "DATABASE_PATIENCE": "0.5", **LOOKING}


@pytest.mark.usefixtures("punctual", "look_often")
async def test_those_who_saw_a_ghost_are_told_that_it_has_left(enter):
    """Carol's lease has run out. Nobody need come: one who stays is enough. And alice,
    who comes then, is not told of her.
    """
    models()
    await sync_to_async(stay)("carol")
    bob = await enter("bob")
    assert (await bob.next_frame())["users"] == ["carol"]
    await sync_to_async(age)("carol", 50)
    assert await bob.next_frame() == {"type": "user_leave", "user": "carol"}
    alice = await enter("alice")
    assert (await alice.next_frame())["users"] == ["bob"]
    assert await bob.next_frame() == {"type": "user_join", "user": "alice"}


@pytest.mark.usefixtures("punctual", "look_often")
async def test_who_renews_in_one_room_sweeps_the_others(enter):
    """Nobody looks in red; alice does in blue, and bob, in red, is told by her."""
    models()
    await sync_to_async(stay)("carol")
    bob = await enter("bob")
    bob_looks = import_module("chat.place").Place.keep
    assert (await bob.next_frame())["users"] == ["carol"]

    async def keep(place):
        if place.room == "blue":
            await bob_looks(place)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chat.place.Place.keep", keep)
        await sync_to_async(age)("carol", 50)
        await enter("alice", "blue")
        assert await bob.next_frame() == {"type": "user_leave", "user": "carol"}
    assert await sync_to_async(there)() == ["bob"]


@pytest.mark.usefixtures("look_often")
async def test_nobody_is_swept_before_one_has_been_in_time(enter, monkeypatch):
    """Bob's process has just begun: he renews his lease, and carol's stays."""
    models()
    from chat import presence

    # This process may have begun long ago.
    monkeypatch.setattr(presence, "punctuality", presence.Punctuality())
    await sync_to_async(stay)("carol", seconds=50)
    bob = await enter("bob")
    assert (await bob.next_frame())["users"] == ["carol"]
    leases = models().Presence.objects.filter(user__username="bob")
    (at_first,) = [row.renewed async for row in leases]
    await until(leases.filter(renewed__gt=at_first).exists, True)
    await bob.say("hello")
    assert (await bob.next_json())["type"] == "chat_message"
    assert await sync_to_async(there)() == ["bob", "carol"]


def test_who_was_in_a_killed_server_leaves_with_the_lease(start_server, keep):
    """kill -9: nobody gives alice's lease back. It runs out, and bob, at another
    server, is told, once.
    """
    models()
    lost, survivor = start_server("daphne", **QUICK), keep("uvicorn", **QUICK)
    with lost.enter("alice"), survivor.enter("bob") as bob:
        assert bob.next_json() == {"type": "user_list", "users": ["alice"]}
        lost.process.kill()
        bob.wait_for(type="user_leave", user="alice")
        bob.say("she has gone")
        assert bob.wait_for(type="chat_message")["message"] == "she has gone"
        assert there() == ["bob"]


def test_a_killed_server_leaves_no_ghost_in_any_room(start_server, keep):
    """Alice was in rooms that nobody enters any more: whoever renews a lease elsewhere
    ends hers, wherever they are.
    """
    models()
    lost, survivor = start_server("uvicorn", **QUICK), keep("daphne", **QUICK)
    rooms = ["red", "green", "blue"]
    with contextlib.ExitStack() as stack:
        bob = stack.enter_context(survivor.enter("bob"))
        for room in rooms:
            stack.enter_context(lost.enter("alice", room))
        bob.wait_for(type="user_join", user="alice")
        lost.process.kill()
        bob.wait_for(type="user_leave", user="alice")
        asyncio.run(until(lambda: [*map(there, rooms)], [["bob"], [], []]))


def test_who_reconnects_elsewhere_neither_leaves_nor_comes(start_server, keep):
    """Alice's server is killed; within her lease she is at another. Bob is told nothing
    of it, not even when the old lease has run out: what he gets next is what she says.
    """
    models()
    lost, survivor = start_server("daphne"), keep("uvicorn", **QUICK)
    with survivor.enter("bob") as bob, lost.enter("alice"):
        bob.wait_for(type="user_join", user="alice")  # by bob's renewal: no Redis here
        lost.process.kill()
        lost.process.wait()
        (old,) = models().Presence.objects.filter(user__username="alice")
        rows = models().Presence.objects.filter(pk=old.pk)
        rows.update(renewed=Now() + timedelta(seconds=50))
        with survivor.enter("alice") as alice:
            assert there() == ["alice", "alice", "bob"]
            rows.update(renewed=Now() - timedelta(seconds=50))
            asyncio.run(until(there, ["alice", "bob"]))
            alice.say("I am back")
            assert bob.next_json()["message"] == "I am back"
