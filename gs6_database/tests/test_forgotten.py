"""Redis forgets its groups: when it is emptied, when another one takes its place, and
after a day.
"""

import asyncio
import importlib.util

from processes import TIMEOUT
from redis import Redis
from valkeys import use, wait_until

GROUPS = ("broadcast", "room.red")


async def test_who_is_forgotten_by_the_queue_joins_again(
    enter, settings, start_valkey, monkeypatch
):
    """With the next look bob is in his groups again, and hears. It is no second join:
    the next that he is sent is what alice says.
    """
    assert importlib.util.find_spec("chat.resilience"), "nothing is survived"
    from chat.consumers import ChatConsumer

    monkeypatch.setattr(ChatConsumer, "look_seconds", 0.1, raising=False)
    valkey = start_valkey()
    use(settings, "queue", valkey.connection_url)
    alice, bob = await enter("alice"), await enter("bob")
    await bob.wait_for(type="user_list")
    with Redis.from_url(valkey.connection_url) as redis:
        groups = [
            f"{settings.PREFIX}:group:{name}" for name in ("room.red", "broadcast")
        ]

        def complete():
            return all(redis.zcard(group) == 2 for group in groups)

        assert complete()
        redis.flushall()
        await asyncio.to_thread(wait_until, complete, "nobody joins again")
    await alice.say("hello")
    assert await bob.next_json() == {
        "type": "chat_message",
        "user": "alice",
        "message": "hello",
    }


async def test_a_look_that_fails_is_not_the_last(enter, monkeypatch, caplog):
    """Whatever it fails with: that is logged, and the next one is tried."""
    assert importlib.util.find_spec("chat.resilience"), "nobody looks"
    from chat.consumers import ChatConsumer

    looks, twice = [], asyncio.Event()

    async def look(self):
        looks.append(self)
        if len(looks) == 2:
            twice.set()
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(ChatConsumer, "look_seconds", 0.01, raising=False)
    monkeypatch.setattr(ChatConsumer, "look", look, raising=False)
    await enter("alice")
    async with asyncio.timeout(TIMEOUT):
        await twice.wait()
    assert "/ws/chat/red/: a look has failed" in caplog.text
    assert "ZeroDivisionError: a mistake" in caplog.text
