"""How much one socket may say: 20 messages in 5 s."""

from collections import Counter
from types import SimpleNamespace

import pytest

MOST = 20  # messages
PERIOD = 5  # seconds


@pytest.fixture
def clock(monkeypatch):
    """Stop the clock that the rate goes by; the test moves it on."""

    class Clock:
        now = 1000.0

        def start(self):
            time = SimpleNamespace(monotonic=lambda: self.now)
            monkeypatch.setattr("chat.protocol.time", time)

    return Clock()


async def say_at_once(client, number, message="hello"):
    """Say something so many times; return the answers."""
    for _ in range(number):
        await client.say(message)
    return [await client.next_json() for _ in range(number)]


async def test_more_than_20_at_once_are_refused(enter, clock):
    """Of 30 messages 20 pass, and 10 do not."""
    alice = await enter("alice")
    clock.start()
    answers = await say_at_once(alice, 30)
    assert Counter(frame["type"] for frame in answers) == {
        "chat_message": MOST,
        "error": 10,
    }
    assert {frame.get("code", "fine") for frame in answers} == {"fine", "rate_limited"}


async def test_what_is_refused_is_not_sent(enter, clock):
    """Bob hears 20 of 30; the next that he gets is his own."""
    alice, bob = await enter("alice"), await enter("bob")
    await alice.wait_for(type="user_join", user="bob")
    await bob.wait_for(type="user_list")
    clock.start()
    answers = await say_at_once(alice, 30)
    assert Counter(frame["type"] for frame in answers)["error"] == 10
    for _ in range(MOST):
        assert (await bob.next_json())["user"] == "alice"
    await bob.say("done?")
    assert (await bob.next_json())["user"] == "bob"


async def test_the_error_says_when_to_try_again(enter, clock):
    """retry_after is in seconds, and right: a moment before it is too early."""
    alice = await enter("alice")
    clock.start()
    await say_at_once(alice, MOST)
    clock.now += 1.5
    (error,) = await say_at_once(alice, 1)
    assert set(error) == {"type", "code", "message", "retry_after"}
    assert error["code"] == "rate_limited"
    assert error["retry_after"] == PERIOD - 1.5
    clock.now += error["retry_after"] - 0.25
    (error,) = await say_at_once(alice, 1)
    assert error["retry_after"] == 0.25
    clock.now += error["retry_after"]
    (answer,) = await say_at_once(alice, 1)
    assert answer["type"] == "chat_message"


async def test_the_period_moves_along(enter, clock):
    """Any 5 s count, not those of a grid: one more may pass as one gets old."""
    alice = await enter("alice")
    clock.start()
    for _ in range(MOST):
        await say_at_once(alice, 1)
        clock.now += 0.125
    clock.now = 1000.0 + PERIOD
    answers = await say_at_once(alice, 2)
    assert sorted(frame["type"] for frame in answers) == ["chat_message", "error"]


async def test_waiting_is_enough(enter, clock):
    """After the period as many pass as before: what was refused did not count."""
    alice = await enter("alice")
    clock.start()
    await say_at_once(alice, 30)
    clock.now += PERIOD
    answers = await say_at_once(alice, MOST)
    assert {frame["type"] for frame in answers} == {"chat_message"}


async def test_bad_frames_do_not_count(enter, clock):
    """They are answered each time, and 20 messages pass after 30 of them."""
    alice = await enter("alice")
    clock.start()
    for message in ("", 2001 * "x", "/pm bob"):
        errors = await say_at_once(alice, 10, message)
        assert "rate_limited" not in {error["code"] for error in errors}
    answers = await say_at_once(alice, MOST + 1)
    assert Counter(frame["type"] for frame in answers) == {
        "chat_message": MOST,
        "error": 1,
    }


async def test_private_messages_count(enter, clock):
    """They are messages: 20 in all, of either kind."""
    alice = await enter("alice")
    clock.start()
    await say_at_once(alice, MOST // 2, "/pm bob psst")
    await say_at_once(alice, MOST // 2)
    (error,) = await say_at_once(alice, 1, "/pm bob psst")
    assert error["code"] == "rate_limited"


async def test_each_socket_has_its_own(enter, clock):
    """Bob may speak when alice may not, and so may her second tab."""
    alice, tab, bob = await enter("alice"), await enter("alice"), await enter("bob")
    await alice.wait_for(type="user_join", user="bob")
    clock.start()
    answers = await say_at_once(alice, MOST + 1)
    assert Counter(frame["type"] for frame in answers)["error"] == 1
    for client in (tab, bob):
        await client.say("my turn")
        await client.wait_for(type="chat_message", message="my turn")


async def test_the_clock_is_real(enter):
    """Nothing stands still in earnest: retry_after is between 0 and 5 s."""
    alice = await enter("alice")
    answers = await say_at_once(alice, 30)
    errors = [frame for frame in answers if frame["type"] == "error"]
    assert errors
    assert all(0 < error["retry_after"] <= PERIOD for error in errors)
