"""What a handshake and a message cost in queries."""

from accounts import knock, log_in, page
from asgiref.sync import sync_to_async

LOOK = 2  # queries: the session, and the user


async def test_a_handshake_costs_two_looks(queries):
    """At the door, and freshly after joining. Without a cookie there is none."""
    headers = page(await sync_to_async(log_in)("alice"))
    queries.clear()
    assert await knock(headers)
    assert len(queries) == 2 * LOOK
    queries.clear()
    assert not await knock(headers[1:])
    assert queries == []


async def test_a_message_costs_no_query(enter, queries):
    """Whoever is in, is in, until the next look."""
    alice = await enter("alice")
    assert queries
    queries.clear()
    for message in ("hello", "/pm alice psst"):
        await alice.say(message)
    await alice.wait_for(type="chat_message")
    await alice.wait_for(type="private_message")
    assert queries == []
