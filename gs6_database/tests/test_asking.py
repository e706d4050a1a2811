"""How often one may ask for what was said."""

import pytest
from storage import models


@pytest.fixture(autouse=True)
def three(settings, monkeypatch):
    """Let a socket say three messages in 5 s, and ask three times."""
    models()
    from chat import protocol

    settings.RATE = 3
    monkeypatch.setattr(protocol, "READS", 3)


async def ask_often(client, number):
    """Ask for what was said, in both ways, so many times; return the answers' types."""
    for turn in range(number):
        if turn % 2:
            await client.ask(type="sync", after=0)
        else:
            await client.ask(type="history", before=1)
    return [(await client.next_frame())["type"] for _ in range(number)]


async def test_asking_has_a_limit(member):
    """20 times in 5 s, here 3, sync and history together. The error says when to ask
    again, and names no message.
    """
    alice = await member(3)
    assert await ask_often(alice, 3) == 3 * ["history"]
    await alice.ask(type="sync", after=0)
    error = await alice.next_frame()
    assert set(error) == {"type", "code", "message", "retry_after"}
    assert error["code"] == "rate_limited"


async def test_asking_does_not_use_up_what_one_may_say(member):
    """Who has asked too often can still speak."""
    alice = await member(3)
    assert await ask_often(alice, 4) == [*3 * ["history"], "error"]
    for _ in range(3):
        await alice.say("hello")
        await alice.next_frame(type="ack")


async def test_speaking_does_not_use_up_what_one_may_ask(member):
    """Who has said too much can still catch up."""
    alice = await member(3)
    for _ in range(4):
        await alice.say("hello")
    assert (await alice.next_frame(type="error"))["code"] == "rate_limited"
    assert await ask_often(alice, 3) == 3 * ["history"]


async def test_a_bad_number_does_not_count(member):
    """As bad messages do not."""
    alice = await member(3)
    for _ in range(4):
        await alice.ask(type="sync", after="x")
        assert (await alice.next_frame())["code"] == "invalid_message"
    assert await ask_often(alice, 3) == 3 * ["history"]


async def test_the_limit_does_not_depend_on_what_one_may_say(member, settings):
    """Who has missed much can catch up, however slowly one may speak."""
    settings.RATE = 1
    alice = await member(3)
    assert await ask_often(alice, 3) == 3 * ["history"]
