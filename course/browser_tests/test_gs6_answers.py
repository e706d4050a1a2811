"""Stage 6's history: each answer is known by what it says it answers."""

import pytest
from playwright.sync_api import expect

from course.browser_tests.chat import LOG, say
from course.browser_tests.login import Members
from course.browser_tests.messages import MESSAGES, expect_numbers, fill, numbers
from course.browser_tests.page import OpenPage
from course.browser_tests.wire import (
    Frame,
    anything,
    but,
    enter_by_wire,
    syncs,
    wait_until,
)

STAGE = 6
BEAT = 15_100  # milliseconds, a little more than between two heartbeats
MANY = 3000  # messages
FAR = 1000  # messages, after which a page begins anew
OLDER = "Earlier messages"
NOTHING: Frame = {"type": "history", "messages": [], "upto": 0, "more": False}
FORGED: Frame = {
    "seq": 7,
    "user": "bob",
    "message": "forged",
    "client_id": None,
    "created": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("room", "question"),
    [
        ("unasked", {}),
        ("unasked-before", {"before": 1}),
        ("unasked-after", {"after": 99}),
        ("unasked-last", {"before": 2**53 - 1}),
    ],
)
def test_what_nobody_asked_for_is_left_alone(
    open_page: OpenPage, members: Members, room: str, question: Frame
) -> None:
    """A frame of history that answers no question of the page's changes nothing."""
    fill(members, room, 3)
    page, wire = enter_by_wire(open_page, members, room, "alice")
    expect_numbers(page, 1, 3)
    wire.tell(NOTHING | {"messages": [FORGED], "upto": 7} | question)
    wire.tell(NOTHING | question)
    say(page, "hello")
    expect(page.locator(MESSAGES).last).to_have_text("alice: hello\n")
    expect_numbers(page, 1, 4)


def test_answers_may_come_in_any_order(open_page: OpenPage, members: Members) -> None:
    """Earlier messages are asked for, and later ones: whichever answer is the first,
    each goes where it belongs.
    """
    fill(members, "any-order", 60)
    page, wire = enter_by_wire(open_page, members, "any-order", "alice", clock=True)
    expect_numbers(page, 11, 60)
    wire.inwards = but("history")
    page.get_by_role("button", name=OLDER).click()
    wait_until(page, lambda: len(wire.stopped) == 1)
    fill(members, "any-order", 2)
    page.clock.run_for(BEAT)
    wait_until(page, lambda: len(wire.stopped) == 2)
    for answer in reversed(wire.stopped):
        wire.tell(answer)
    expect_numbers(page, 1, 62)


def test_a_very_long_absence_begins_anew(open_page: OpenPage, members: Members) -> None:
    """Who has missed more than 1,000 messages does not get them all: the page begins
    with the last ones, and the earlier ones are there on demand, without a gap.
    """
    fill(members, "far", 1)
    page, wire = enter_by_wire(open_page, members, "far", "alice")
    wire.cut()
    fill(members, "far", MANY)
    wire.up = True
    expect(page.locator(f"{LOG} [data-seq='{MANY + 1}']")).to_be_attached()
    assert len(syncs(wire)) <= FAR / 80
    first = numbers(page)[0]
    expect_numbers(page, first, MANY + 1)
    assert first > MANY - 100
    for _ in range(2):
        page.get_by_role("button", name=OLDER).click()
        first -= 80
        expect_numbers(page, first, MANY + 1)


def test_what_is_said_while_a_page_begins_anew_is_shown_once(
    open_page: OpenPage, members: Members
) -> None:
    """Messages that come before the last ones are there are held: those that are among
    them are not doubled, the others are not lost. What is sending stays.
    """
    room = "far-and-live"
    fill(members, room, 1)
    page, wire = enter_by_wire(open_page, members, room, "alice")
    bob = members.enter(open_page, room, "bob")
    wire.cut()
    fill(members, room, MANY)
    say(page, "mine")
    # The last question of all is asked of the server when it has one more.
    wire.outwards = lambda frame: "before" not in frame
    wire.up = True
    wait_until(page, lambda: "before" in (wire.sent or [{}])[-1])
    question = wire.sent[-1]
    expect(page.locator(MESSAGES)).to_have_count(0)  # mine is acknowledged
    say(bob, "one")
    expect(page.locator("#frames .in").last).to_contain_text('"one"')
    wire.inwards = but("history")
    wire.hand_on(question)
    wait_until(page, lambda: len(wire.stopped) == 1)
    say(bob, "two")
    expect(page.locator("#frames .in").last).to_contain_text('"two"')
    wire.inwards = anything
    wire.tell(wire.stopped[0])
    found = page.locator(MESSAGES)
    expect(found.last).to_have_text("bob: two\n")
    said = ["alice: mine\n", "bob: one\n", "bob: two\n"]
    assert found.all_text_contents()[-3:] == said
    assert question["before"] == 2**53 - 1
    expect_numbers(page, numbers(page)[0], MANY + 4)


def test_who_came_in_a_crowd_has_no_line(open_page: OpenPage, members: Members) -> None:
    """A list of users adds to those who are here; that they have come is no news."""
    page, wire = enter_by_wire(open_page, members, "crowd", "bob")
    wire.tell({"type": "user_list", "users": ["carol", "alice"]})
    wire.tell({"type": "user_list", "users": ["dave"]})
    wire.tell({"type": "user_leave", "user": "carol"})
    users = page.locator("#users li")
    expect(users).to_have_text(["alice", "bob", "dave"])
    events = page.locator(f"{LOG} .event")
    expect(events).to_have_text(["bob has joined\n", "carol has left\n"])
