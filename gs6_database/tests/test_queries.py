"""What things cost in statements to the database."""

import asyncio

import pytest
from accounts import knock, log_in, page
from asgiref.sync import sync_to_async
from processes import TIMEOUT
from storage import fill, models

LOOK = ["SELECT django_session", "SELECT auth_user"]
TAKE = [
    "SELECT chat_room",  # locks it, where the database can
    "SELECT chat_presence",  # whether the user is there already
    "INSERT chat_presence",
    "COMMIT",
    "SELECT chat_presence",  # all who are there
]
GIVE_BACK = [
    "SELECT chat_room",
    "DELETE chat_presence",
    "SELECT chat_presence",
    "COMMIT",
]
MESSAGE = ["UPDATE chat_room", "SELECT chat_room", "INSERT chat_message", "COMMIT"]
RENEW = ["UPDATE chat_presence", "SELECT chat_presence"]
SWEEP = ["SELECT chat_room"]


@pytest.fixture
async def alice(enter):
    """Enter alice, where bob is already. Whoever uses this has asked for models()."""

    async def come_in():
        models()
        bob = await enter("bob")
        alice = await enter("alice")
        await alice.next_frame(type="user_list")
        await bob.next_frame(type="user_join", user="alice")
        return alice, bob

    return come_in


async def test_coming_in(open_client, statements):
    """Two looks at the login, at the door and freshly after joining; the room, the
    lease, who is there, and the history.
    """
    models()
    session_key = await sync_to_async(log_in)("alice")
    await sync_to_async(fill)(1)
    statements.clear()
    alice = await open_client("alice", session_key=session_key)
    await alice.next_frame(type="user_join")
    cost = [*LOOK, *LOOK, "SELECT chat_room", *TAKE, "SELECT chat_message"]
    assert statements == cost


async def test_who_is_refused_costs_a_look_or_nothing(statements):
    """Without a cookie nothing is asked; with one that is no good, its session."""
    models()
    headers = page(await sync_to_async(log_in)("alice"))
    statements.clear()
    assert not await knock(headers[1:])
    assert statements == []
    assert not await knock(page(32 * "x"))
    assert statements == LOOK[:1]
    assert await knock(headers)


async def test_leaving(alice, statements):
    """The lease is given back."""
    _, bob = await alice()
    statements.clear()
    await bob.disconnect()
    assert statements == GIVE_BACK


async def test_a_message(alice, statements):
    """One transaction for the sender, and nothing for all those who get it."""
    alice, bob = await alice()
    statements.clear()
    await alice.say("hello")
    await alice.next_frame(type="ack")
    await bob.next_frame(type="chat_message")
    assert statements == MESSAGE


async def test_a_private_message(alice, statements):
    """One question, whether anybody is there."""
    alice, bob = await alice()
    statements.clear()
    await alice.say("/pm bob psst")
    await alice.next_frame(type="private_message_delivered")
    await bob.next_frame(type="private_message")
    assert statements == ["SELECT chat_presence"]


@pytest.mark.parametrize("what", [{"type": "sync", "after": 0}, {"before": 9}])
async def test_a_heartbeat_or_a_page_back(alice, statements, what):
    """One query, messages and authors together, however many they are."""
    models()
    await sync_to_async(fill)(60)
    alice, _ = await alice()
    statements.clear()
    await alice.ask(**{"type": "history", **what})
    await alice.next_frame(type="history")
    assert statements == ["SELECT chat_message"]


async def test_what_is_refused(alice, statements):
    """A frame that is wrong is answered without a question to anybody."""
    alice, _ = await alice()
    statements.clear()
    wrong = [{"message": ""}, {"type": "sync"}, {"message": "x", "client_id": 1}]
    for frame in wrong:
        await alice.ask(**frame)
        await alice.next_frame(type="error")
    assert statements == []
    await alice.say("hello")
    await alice.next_frame(type="ack")
    assert statements == MESSAGE


@pytest.mark.parametrize("judges", [False, True])
@pytest.mark.usefixtures("look_often")
async def test_a_renewal(enter, statements, monkeypatch, judges):
    """Each SESSION_CHECK_SECONDS a look at the login, the lease, and, unless another
    connection has just looked, who is there: no lock, and no transaction, unless a
    lease has run out. For that it looks at all rooms, once this process has been in
    time for as long as a lease lasts.
    """
    models()
    from chat.presence import Punctuality

    monkeypatch.setattr(Punctuality, "may_judge", lambda self: judges)
    await enter("alice")
    statements.clear()
    async with asyncio.timeout(TIMEOUT):
        while statements.count(LOOK[0]) < 3:
            await asyncio.sleep(0)
    start = statements.index(LOOK[0])
    beat = [*LOOK, *RENEW, *(SWEEP if judges else [])]
    assert statements[start : start + 2 * len(beat)] == 2 * beat
