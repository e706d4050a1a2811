"""The database goes away under those who are in."""

import asyncio
import logging
from importlib import import_module

import pytest
from accounts import log_in, page
from asgiref.sync import sync_to_async
from clients import Client
from django.db import OperationalError
from processes import TIMEOUT
from storage import models, stored

ID = "6f1c9a3e-0b52-4c1e-9d53-1a2b3c4d5e6f"
UNAVAILABLE = 4503


@pytest.fixture
def lose(caplog):
    """Lose the database for whoever calls something. Return the warnings, and what ends
    that.
    """
    import_module("config.asgi")  # it sets up the log, anew: now, and not later

    def lose_at(where, name):
        def fail(*args, **kwargs):
            raise OperationalError("the disk is away")

        patch = pytest.MonkeyPatch()
        patch.setattr(where, name, fail)
        undo.append(patch.undo)
        caplog.clear()

        def warnings():
            return [r for r in caplog.records if r.levelno >= logging.WARNING]

        return warnings, patch.undo

    undo = []
    yield lose_at
    for each in undo:
        each()


def there():
    """Return who has a lease."""
    leases = models().Presence.objects.order_by("user__username")
    return list(leases.values_list("user__username", flat=True))


async def test_a_message_that_cannot_be_saved_closes_with_4503(enter, lose):
    """There is no ack, so the client will repeat it. One warning, and no exception."""
    models()
    alice = await enter("alice")
    from chat import store

    warnings, _ = lose(store, "insert")
    await alice.say("hello", client_id=ID)
    event = await alice.next_event()
    assert event == {"type": "websocket.close", "code": UNAVAILABLE}
    await alice.wait(TIMEOUT)
    (warning,) = warnings()
    message = "/ws/chat/red/: the database is lost: the disk is away"
    assert warning.getMessage() == message
    assert warning.exc_info is None


async def test_it_can_be_repeated_when_the_database_is_back(enter, lose):
    """It was not stored, and nobody has heard it; now bob does, once."""
    models()
    alice, bob = await enter("alice"), await enter("bob")
    await bob.next_frame(type="user_list")
    from chat import store

    _, find = lose(store, "insert")
    await alice.say("hello", client_id=ID)
    assert await alice.close_code() == UNAVAILABLE
    await alice.wait(TIMEOUT)
    find()
    assert await bob.next_frame() == {"type": "user_leave", "user": "alice"}
    again = await enter("alice")
    await again.say("hello", client_id=ID)
    assert (await again.next_frame(type="ack"))["seq"] == 1
    assert await bob.next_frame() == {"type": "user_join", "user": "alice"}
    assert (await bob.next_frame())["client_id"] == ID
    assert len(await sync_to_async(stored)()) == 1


async def test_who_does_not_speak_stays(enter, lose):
    """Bob is not closed because alice's message could not be saved."""
    models()
    alice, bob = await enter("alice"), await enter("bob")
    from chat import store

    _, find = lose(store, "insert")
    await alice.say("hello")
    assert await alice.close_code() == UNAVAILABLE
    find()
    await bob.say("hello")
    assert (await bob.next_frame(type="ack"))["seq"] == 1


@pytest.mark.parametrize(
    "frame",
    [{"type": "sync", "after": 0}, {"type": "history", "before": 1}],
    ids=lambda frame: frame["type"],
)
async def test_what_cannot_be_read_closes_with_4503(enter, lose, frame):
    """As what cannot be written does."""
    models()
    alice = await enter("alice")
    from chat import consumers

    warnings, _ = lose(consumers, "read")
    await alice.ask(**frame)
    assert await alice.close_code() == UNAVAILABLE
    await alice.wait(TIMEOUT)
    assert len(warnings()) == 1


async def test_who_cannot_be_shown_the_history_is_refused(lose, enter):
    """And has no lease any more: nobody sees a ghost."""
    models()
    session_key = await sync_to_async(log_in)("alice")
    await enter("bob")
    from chat import place
    from config.asgi import application

    warnings, _ = lose(place, "read")
    alice = Client(application, "/ws/chat/red/", page(session_key))
    assert (await alice.connect(TIMEOUT))[0] is False
    await alice.wait(TIMEOUT)
    assert len(warnings()) == 1
    assert await sync_to_async(there)() == ["bob"]


async def test_who_leaves_without_a_database_is_a_warning(enter, lose):
    """The lease stays until it runs out; the connection ends in order."""
    models()
    alice = await enter("alice")
    from chat.presence import Lease

    warnings, _ = lose(Lease, "give_back")
    await alice.disconnect(timeout=TIMEOUT)
    (warning,) = warnings()
    assert "the database is lost" in warning.getMessage()
    assert await sync_to_async(there)() == ["alice"]
    await models().Presence.objects.all().adelete()


@pytest.mark.usefixtures("look_often")
async def test_a_lease_that_cannot_be_renewed_ends_no_socket(enter, lose):
    """It is tried again: a database that is away for a moment throws nobody out."""
    models()
    alice = await enter("alice")
    await alice.say("I am here")  # after which the task runs that renews
    await alice.next_frame(type="chat_message")
    from chat.presence import Lease

    warnings, find = lose(Lease, "renew")
    async with asyncio.timeout(TIMEOUT):
        while len(warnings()) < 2:
            await asyncio.sleep(0)
    find()
    await alice.say("still here")
    await alice.next_frame(type="chat_message", message="still here")
    assert {r.getMessage() for r in warnings()} == {
        "/ws/chat/red/: looks again later: the disk is away"
    }


async def test_a_room_that_is_deleted_closes_with_4503(enter, caplog):
    """Whoever is in it comes back, and it is made anew. The log says what has gone."""
    models()
    alice = await enter("alice")
    await models().Room.objects.all().adelete()
    caplog.clear()
    await alice.say("hello")
    assert await alice.close_code() == UNAVAILABLE
    await alice.wait(TIMEOUT)
    (warning,) = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert warning.getMessage().startswith("/ws/chat/red/: the room is gone: ")
    assert warning.exc_info is None
    again = await enter("alice")
    await again.say("hello")
    assert (await again.next_frame(type="ack"))["seq"] == 1
