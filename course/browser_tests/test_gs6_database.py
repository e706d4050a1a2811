"""Stage 6's rooms: every message, once, in the order of its number."""

from playwright.sync_api import expect

from course.browser_tests.chat import LOG, say
from course.browser_tests.login import Members
from course.browser_tests.messages import (
    MESSAGES,
    expect_messages,
    expect_numbers,
    fill,
)
from course.browser_tests.page import OpenPage
from course.browser_tests.wire import (
    anything,
    but,
    enter_by_wire,
    syncs,
    wait_until,
)

STAGE = 6
BEAT = 15_100  # milliseconds, a little more than between two heartbeats
LIVE = but("chat_message")  # the door that stops each message as it is sent


def test_each_message_is_shown_once_in_its_order(
    open_page: OpenPage, members: Members
) -> None:
    """Both browsers show what both users say, numbered from 1; one's own messages are
    sent, those of others have no state.
    """
    alice = members.enter(open_page, "order", "alice")
    bob = members.enter(open_page, "order", "bob")
    for number, page in enumerate((alice, bob, bob, alice), 1):
        say(page, f"the {number}.")
        expect(bob.locator(f"{LOG} [data-seq='{number}']")).to_be_attached()
    said = ["alice: the 1.", "bob: the 2.", "bob: the 3.", "alice: the 4."]
    for page, states in ((alice, ["sent", "", "", "sent"]), (bob, ["", "sent"])):
        expect_messages(page, *said)
        expect_numbers(page, 1, 4)
        for line, state in zip(page.locator(MESSAGES).all(), states, strict=False):
            assert (line.get_attribute("data-state") or "") == state


def test_messages_that_come_out_of_order_are_held(
    open_page: OpenPage, members: Members
) -> None:
    """The second message comes before the first: both are shown, in their order, and
    nothing is asked of the server.
    """
    page, wire = enter_by_wire(open_page, members, "swap", "alice", clock=True)
    bob = members.enter(open_page, "swap", "bob")
    wire.inwards = LIVE
    say(bob, "one")
    say(bob, "two")
    wait_until(page, lambda: len(wire.stopped) == 2)
    wire.tell(wire.stopped[1])
    expect(page.locator("#frames .in").last).to_contain_text("two")
    expect_messages(page)
    wire.tell(wire.stopped[0])
    expect_messages(page, "bob: one", "bob: two")
    page.clock.run_for(1000)
    assert syncs(wire) == []


def test_a_lost_message_is_asked_for(open_page: OpenPage, members: Members) -> None:
    """If what is missing does not come within 300 to 600 ms, the page asks for it."""
    page, wire = enter_by_wire(open_page, members, "lost", "alice", clock=True)
    bob = members.enter(open_page, "lost", "bob")
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))
    wire.inwards = LIVE
    say(bob, "one")
    wait_until(page, lambda: len(wire.stopped) == 1)
    wire.inwards = anything
    say(bob, "two")
    expect(page.locator("#frames .in").last).to_contain_text("two")
    page.clock.run_for(290)
    assert syncs(wire) == []
    page.clock.run_for(320)
    expect_messages(page, "bob: one", "bob: two")
    assert syncs(wire) == [0]


def test_a_message_that_comes_twice_is_shown_once(
    open_page: OpenPage, members: Members
) -> None:
    """Whether the first has been shown, or is held."""
    page, wire = enter_by_wire(open_page, members, "twice", "alice")
    bob = members.enter(open_page, "twice", "bob")
    wire.inwards = LIVE
    say(bob, "one")
    say(bob, "two")
    wait_until(page, lambda: len(wire.stopped) == 2)
    one, two = wire.stopped
    for frame in (two, two, one, one, two):
        wire.tell(frame)
    expect(page.locator("#frames .in", has_text='"two"')).to_have_count(3)
    expect_messages(page, "bob: one", "bob: two")


def test_an_acknowledgement_is_not_a_message(
    open_page: OpenPage, members: Members
) -> None:
    """Alice's message is acknowledged, but she has missed bob's before it, and her own:
    the next heartbeat asks for both.
    """
    page, wire = enter_by_wire(open_page, members, "ack", "alice", clock=True)
    bob = members.enter(open_page, "ack", "bob")
    wire.inwards = LIVE
    say(bob, "one")
    wait_until(page, lambda: len(wire.stopped) == 1)
    say(page, "two")
    expect_messages(page, "alice: two", state="sent")
    wait_until(page, lambda: len(wire.stopped) == 2)
    page.clock.run_for(BEAT)
    expect_messages(page, "bob: one", "alice: two")
    assert syncs(wire)[0] == 0


def test_what_nobody_is_told_comes_with_the_heartbeat(
    open_page: OpenPage, members: Members
) -> None:
    """A message that is stored, and not sent to anybody, is there 15 s later."""
    page, wire = enter_by_wire(open_page, members, "beat", "alice", clock=True)
    fill(members, "beat", 1)
    page.clock.run_for(BEAT)
    expect_messages(page, "bob: 1")
    assert syncs(wire) == [0]
