"""Who has gone without a word leaves when the lease has run out."""

import asyncio
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.db.models.functions import Now
from leases import age, stay, there, until
from storage import models

SOON = 0.05  # seconds, for SESSION_CHECK_SECONDS
LOOKING = {"SESSION_CHECK_SECONDS": "0.2"}
QUICK = {"LEASE_SECONDS": "1", **LOOKING}


async def test_a_ghost_is_swept_by_the_next_who_comes(enter):
    """Carol's lease has run out: bob is told that she has left, and alice, who comes,
    is not told of her.
    """
    models()
    bob = await enter("bob")
    await sync_to_async(stay)("carol", seconds=50)
    alice = await enter("alice")
    assert (await alice.next_frame())["users"] == ["bob"]
    await bob.next_frame(type="user_join", user="alice")
    assert await sync_to_async(there)() == ["alice", "bob"]


async def test_those_who_saw_a_ghost_are_told_that_it_has_left(enter):
    """Bob saw carol come; her lease ran out; alice comes."""
    models()
    await sync_to_async(stay)("carol")
    bob = await enter("bob")
    assert (await bob.next_frame())["users"] == ["carol"]
    await sync_to_async(age)("carol", 50)
    await enter("alice")
    assert await bob.next_frame() == {"type": "user_leave", "user": "carol"}
    assert await bob.next_frame() == {"type": "user_join", "user": "alice"}


async def test_a_renewal_sweeps(enter, settings):
    """Nobody need come: one who stays is enough."""
    models()
    settings.SESSION_CHECK_SECONDS = SOON
    await sync_to_async(stay)("carol")
    bob = await enter("bob")
    assert (await bob.next_frame())["users"] == ["carol"]
    await sync_to_async(age)("carol", 50)
    assert await bob.next_frame() == {"type": "user_leave", "user": "carol"}
    await bob.say("hello")
    assert (await bob.next_json())["type"] == "chat_message"


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


def test_who_reconnects_elsewhere_neither_leaves_nor_comes(start_server, keep):
    """Alice's server is killed; within her lease she is at another. Bob is told nothing
    of it, not even when the old lease has run out: what he gets next is what she says.
    """
    models()
    lost, survivor = start_server("daphne"), keep("uvicorn", **LOOKING)
    with survivor.enter("bob") as bob, lost.enter("alice"):
        bob.wait_for(type="user_join", user="alice")  # by bob's renewal: no Redis here
        lost.process.kill()
        (old,) = models().Presence.objects.filter(user__username="alice")
        with survivor.enter("alice") as alice:
            assert there() == ["alice", "alice", "bob"]
            rows = models().Presence.objects.filter(pk=old.pk)
            rows.update(renewed=Now() - timedelta(seconds=50))
            asyncio.run(until(there, ["alice", "bob"]))
            alice.say("I am back")
            assert bob.next_json()["message"] == "I am back"
