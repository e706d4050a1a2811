"""Who is there stands in the database: a lease for each connection."""

import asyncio
import threading
from datetime import timedelta

import pytest
from accounts import make_user
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import get_channel_layer
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from processes import TIMEOUT
from storage import models

SOON = 0.05  # seconds, for SESSION_CHECK_SECONDS
LOOKING = {"SESSION_CHECK_SECONDS": "0.2"}
QUICK = {"LEASE_SECONDS": "1", **LOOKING}


def age(name, seconds):
    """Have the leases of a user be renewed so long ago. Return how many there are."""
    leases = models().Presence.objects.filter(user__username=name)
    return leases.update(renewed=Now() - timedelta(seconds=seconds))


def stay(name, room="red", seconds=0):
    """Have a user be somewhere where no process renews the lease."""
    room, _ = models().Room.objects.get_or_create(name=room)
    user = make_user(name)
    row = models().Presence.objects.create(
        room=room, user=user, channel=f"{name} in {room}"
    )
    age(name, seconds)
    return row


def there(room="red"):
    """Return who has a lease of a room, sorted, as often as they have one."""
    leases = models().Presence.objects.filter(room__name=room)
    return sorted(leases.values_list("user__username", flat=True))


async def until(question, answer):
    """Wait until a question to the database has an answer."""
    ask = sync_to_async(question)
    try:
        async with asyncio.timeout(TIMEOUT):
            while await ask() != answer:
                pass
    except TimeoutError:
        pytest.fail(f"it never became {answer}")


@pytest.fixture
def lease():
    """Make leases, on the database alone."""

    def make(name, room="red", channel=None):
        room, _ = models().Room.objects.get_or_create(name=room)
        from chat import presence

        return presence.Lease(room.pk, make_user(name), channel or f"of {name}")

    return make


# The leases themselves.


def test_each_change_says_who_was_there_and_who_is(lease):
    """So whoever changes something knows whom to tell of."""
    alice, bob = lease("alice"), lease("bob")
    assert alice.take() == (set(), {"alice"})
    assert bob.take() == ({"alice"}, {"alice", "bob"})
    assert alice.renew() == ({"alice", "bob"}, {"alice", "bob"})
    assert alice.give_back() == ({"alice", "bob"}, {"bob"})


def test_of_two_leases_of_a_user_the_last_counts(lease):
    """Two tabs are one user."""
    one, two = lease("alice", channel="one"), lease("alice", channel="two")
    assert one.take() == (set(), {"alice"})
    assert two.take() == ({"alice"}, {"alice"})
    assert one.give_back() == ({"alice"}, {"alice"})
    assert two.give_back() == ({"alice"}, set())


def test_a_connection_has_one_lease(lease):
    """Taken again it is renewed; the database would not have a second."""
    alice = lease("alice")
    alice.take()
    assert age("alice", 40) == 1
    assert alice.take() == ({"alice"}, {"alice"})
    assert there() == ["alice"]
    (row,) = models().Presence.objects.all()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(("seconds", "users"), [(40, {"alice", "bob"}), (50, {"bob"})])
@pytest.mark.parametrize("change", ["take", "renew"])
def test_a_lease_lasts_45_seconds(lease, change, seconds, users):
    """After that it is swept by whoever comes, or renews one of the same room."""
    alice, bob = lease("alice"), lease("bob")
    alice.take()
    bob.take()
    assert age("alice", seconds) == 1
    assert getattr(bob, change)() == ({"alice", "bob"}, users)
    assert there() == sorted(users)


def test_a_renewal_counts_from_now(lease):
    """A lease that is renewed in time is never swept."""
    alice, bob = lease("alice"), lease("bob")
    alice.take()
    bob.take()
    for _ in range(3):
        assert age("alice", 40) == 1
        assert alice.renew() == ({"alice", "bob"}, {"alice", "bob"})
        assert bob.renew() == ({"alice", "bob"}, {"alice", "bob"})
    age("alice", 50)
    assert bob.renew() == ({"alice", "bob"}, {"bob"})


def test_a_lease_that_was_swept_is_taken_again(lease):
    """Its process hung for a minute, and lives: at the next renewal its user is there
    again.
    """
    alice, bob = lease("alice"), lease("bob")
    alice.take()
    bob.take()
    age("alice", 50)
    assert bob.renew() == ({"alice", "bob"}, {"bob"})
    assert alice.renew() == ({"bob"}, {"alice", "bob"})
    assert there() == ["alice", "bob"]


def test_what_has_run_out_and_was_not_swept_is_renewed(lease):
    """Nobody has been told of a leave, so there is no join."""
    alice = lease("alice")
    alice.take()
    age("alice", 50)
    assert alice.renew() == ({"alice"}, {"alice"})
    assert lease("bob").take() == ({"alice"}, {"alice", "bob"})


def test_another_room_is_not_swept(lease):
    """There nobody could be told."""
    stay("carol", "blue", seconds=50)
    stay("carol", "red", seconds=50)
    age("carol", 50)
    assert lease("alice").take() == ({"carol"}, {"alice"})
    assert there("blue") == ["carol"]


def test_a_lease_that_is_gone_can_be_given_back(lease):
    """Swept before the connection ended: nothing changes."""
    alice, bob = lease("alice"), lease("bob")
    alice.take()
    bob.take()
    assert alice.give_back() == ({"alice", "bob"}, {"bob"})
    assert alice.give_back() == ({"bob"}, {"bob"})


def test_the_database_has_the_clock(lease, monkeypatch):
    """The clocks of two servers may differ: a lease is dated by what both ask."""
    alice, bob = lease("alice"), lease("bob")
    alice.take()
    wrong = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: wrong)
    bob.take()
    bob.renew()
    recent = Now() - timedelta(seconds=20), Now() + timedelta(seconds=20)
    assert models().Presence.objects.filter(renewed__range=recent).count() == 2


# What those in the room are told.


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


async def test_what_was_lost_of_coming_and_going_is_made_up_for(enter, settings):
    """Redis was away, and no event came: at the next renewal bob is told of who is
    there, and later of who has gone.
    """
    models()
    settings.SESSION_CHECK_SECONDS = SOON
    bob = await enter("bob")
    row = await sync_to_async(stay)("carol")
    assert await bob.next_frame() == {"type": "user_join", "user": "carol"}
    await row.adelete()
    assert await bob.next_frame() == {"type": "user_leave", "user": "carol"}


async def test_who_was_taken_for_a_ghost_comes_back(enter, settings, monkeypatch):
    """Alice's process hangs, and her lease is swept; when it goes on she is there
    again, and bob is told of both.
    """
    models()
    settings.SESSION_CHECK_SECONDS = SOON
    from chat.presence import Lease

    renew, hangs = Lease.renew, {"alice"}

    def hang(lease):
        if lease.user.username in hangs:
            return lease.users(), lease.users()
        return renew(lease)

    bob = await enter("bob")
    monkeypatch.setattr(Lease, "renew", hang)
    await enter("alice")
    await bob.next_frame(type="user_join", user="alice")
    await sync_to_async(age)("alice", 50)
    assert await bob.next_frame() == {"type": "user_leave", "user": "alice"}
    hangs.clear()
    assert await bob.next_frame() == {"type": "user_join", "user": "alice"}
    await until(there, ["alice", "bob"])


async def test_who_comes_during_a_renewal_has_not_left(enter, settings, monkeypatch):
    """The event that bob has come is newer than what the renewal has seen: alice is not
    told that he has left.
    """
    models()
    settings.SESSION_CHECK_SECONDS = SOON
    from chat.presence import Lease

    renew, looks, twice = Lease.renew, [], asyncio.Event()
    loop = asyncio.get_running_loop()

    async def come():
        event = {"type": "user.join", "user": "bob"}
        await get_channel_layer().group_send("room.red", event)
        await alice.next_frame(type="user_join", user="bob")

    def renew_slowly(lease):
        seen = renew(lease)
        if not looks:
            stay("bob")
            async_to_sync(come)()
        looks.append(seen)
        if len(looks) == 2:
            loop.call_soon_threadsafe(twice.set)
        return seen

    alice = await enter("alice")
    monkeypatch.setattr(Lease, "renew", renew_slowly)
    async with asyncio.timeout(TIMEOUT):
        await twice.wait()
    assert await alice.receive_nothing()


async def test_who_leaves_during_a_renewal_has_left(enter, settings, monkeypatch):
    """The task that renews must not take a lease again that is given back: it would be
    a ghost. Here alice leaves while that task looks at her login.
    """
    models()
    settings.SESSION_CHECK_SECONDS = SOON
    from chat import consumers

    look, leave = consumers.look, consumers.ChatConsumer.leave
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

    monkeypatch.setattr(consumers, "look", look_long)
    monkeypatch.setattr(consumers.ChatConsumer, "leave", leave_meanwhile)
    alice = await enter("alice")
    async with asyncio.timeout(TIMEOUT):
        await looking.wait()
    await alice.disconnect(timeout=TIMEOUT)
    # By now the thread has done whatever it was asked.
    assert await sync_to_async(there)() == []


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


# Private messages: the server knows who is there.


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
