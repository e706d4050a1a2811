"""What a story expects of a browser that speaks JSON."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from websockets.asyncio.client import ClientConnection

from course.browser import Browser
from course.errors import ExpectationFailed
from course.story import Story
from course.wire.row import Row
from course.wire.timeline import Timeline

JOIN = {"type": "user_join", "user": "bob"}
ONE, OTHER = ({"type": "user_list", "users": [name]} for name in ("alice", "carol"))


@pytest.fixture
def timeline() -> Timeline:
    """Where the browser's rows are."""
    return Timeline()


@pytest.fixture
def bob(timeline: Timeline) -> Browser:
    """A browser whose messages a test makes up."""
    stage = SimpleNamespace(timeline=timeline, layer=True)
    return Browser("bob", cast(Story, SimpleNamespace(stage=stage, timeline=timeline)))


def arrive(browser: Browser, *messages: Any) -> list[Row]:
    """Have messages arrive at a browser; return their rows."""
    rows = [Row(0, browser.name, False, "seen", "sent") for _ in messages]
    for message, row in zip(messages, rows, strict=True):
        browser.arrived.put_nowait((json.dumps(message), row))
    return rows


async def test_a_message_may_have_more_than_expected(bob: Browser) -> None:
    """Its type and the values that are named must be as expected."""
    arrive(bob, JOIN, JOIN)
    await bob.expect_type("user_join")
    await bob.expect_type("user_join", user="bob")
    bob.expect_nothing()


@pytest.mark.parametrize(
    ("message", "got"),
    [
        ({"type": "user_leave", "user": "bob"}, "user_leave bob"),
        ({"type": "user_join", "user": "eve"}, "user_join eve"),
        ({"type": "user_join"}, "user_join"),
        ([], '"\\[\\]"'),
    ],
)
async def test_another_message_is_a_sentence(
    bob: Browser, message: Any, got: str
) -> None:
    """What came instead is said."""
    arrive(bob, message)
    with pytest.raises(ExpectationFailed, match=f"^bob got {got}, not .*user_join"):
        await bob.expect_type("user_join", user="bob")


async def test_the_next_message_counts(bob: Browser) -> None:
    """A message that was not expected is not passed over."""
    arrive(bob, ONE, JOIN)
    with pytest.raises(ExpectationFailed):
        await bob.expect_type("user_join", user="bob")


async def test_some_come_in_any_order(bob: Browser, timeline: Timeline) -> None:
    """Whatever their order, a transcript has them in that of the story."""
    other, one = arrive(bob, OTHER, ONE)
    await bob.expect_in_any_order(ONE, OTHER)
    assert timeline.looked_at == [one, other]
    assert timeline.looked_at[0] is one


async def test_each_is_expected_once(bob: Browser) -> None:
    """The same message twice does not stand for two."""
    arrive(bob, ONE, ONE)
    with pytest.raises(ExpectationFailed, match="^bob got user_list"):
        await bob.expect_in_any_order(ONE, OTHER)


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        (lambda bob: bob.expect_close(4401), "bob was not closed, expected 4401."),
        (lambda bob: bob.expect_lost(), "bob's connection did not break."),
    ],
    ids=["close", "loss"],
)
async def test_an_end_that_does_not_come_is_a_sentence(
    bob: Browser, monkeypatch: pytest.MonkeyPatch, expect: Any, said: str
) -> None:
    """The story says what it has waited for."""
    monkeypatch.setattr("course.browser.PATIENCE", 0.01)
    open_for_ever = SimpleNamespace(wait_closed=asyncio.Event().wait)
    bob.websocket = cast(ClientConnection, open_for_ever)
    with pytest.raises(ExpectationFailed) as raised:
        await expect(bob)
    assert str(raised.value) == said
