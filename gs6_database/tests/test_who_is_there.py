"""The database knows who is there: for the list, and for private messages."""

import pytest
from asgiref.sync import sync_to_async
from leases import stay, there, until
from storage import models

LOOKING = {"SESSION_CHECK_SECONDS": "0.2"}


def test_a_newcomer_is_told_of_all_at_once_from_the_database(keep):
    """Two processes without Redis cannot tell each other anything; still bob is told
    who is there. The list is complete, sorted, and without bob himself.
    """
    models()
    one, other = keep("daphne"), keep("uvicorn", **LOOKING)
    with (
        one.enter("carol"),
        one.enter("alice"),
        other.enter("bob"),
        other.enter("bob") as tab,
    ):
        frame = tab.next_frame(type="user_list")
    assert frame == {"type": "user_list", "users": ["alice", "carol"]}


async def test_who_is_alone_gets_no_list(enter):
    """There is nothing to list; the next is what is said."""
    models()
    alice = await enter("alice")
    tab = await enter("alice")
    await alice.say("hello")
    assert (await tab.next_frame())["message"] == "hello"
    await enter("bob")
    bob = await enter("bob")
    assert (await bob.next_frame())["users"] == ["alice"]


@pytest.mark.parametrize("room", ["red", "blue"])
async def test_a_private_message_needs_somebody_there(enter, room):
    """In whichever room: before bob comes, and after he has left, it is an error, which
    names the message. Nothing else tells him apart from a user who does not exist.
    """
    models()
    alice = await enter("alice")
    client_id = "6f1c9a3e-0b52-4c1e-9d53-1a2b3c4d5e6f"
    not_here = {
        "type": "error",
        "code": "not_here",
        "message": "bob is not here",
        "client_id": client_id,
    }
    await alice.say("/pm bob psst", client_id=client_id)
    assert await alice.next_frame(type="error") == not_here
    bob = await enter("bob", room)
    await alice.say("/pm bob psst", client_id=client_id)
    await alice.next_frame(type="private_message_delivered", target="bob")
    await bob.disconnect()
    await until(lambda: there(room), ["alice"] if room == "red" else [])
    await alice.say("/pm bob psst", client_id=client_id)
    assert await alice.next_frame(type="error") == not_here


@pytest.mark.parametrize(
    ("seconds", "type"), [(40, "private_message_delivered"), (50, "error")]
)
async def test_whose_lease_has_run_out_is_not_here(enter, seconds, type):
    """Even if nobody has swept it: there may be nobody in that room to do it."""
    models()
    alice = await enter("alice")
    await sync_to_async(stay)("carol", "blue", seconds)
    await alice.say("/pm carol psst")
    assert (await alice.next_frame())["type"] == type


async def test_one_of_two_leases_is_enough(enter):
    """Carol's old server was killed, and she is here."""
    models()
    alice = await enter("alice")
    await sync_to_async(stay)("carol", "blue", seconds=50)
    carol = await enter("carol")
    await alice.say("/pm carol psst")
    await carol.next_frame(type="private_message", message="psst")
