"""Stage 6's outbox: what a closed tab has not sent."""

from playwright.sync_api import expect

from course.browser_tests.chat import LOG, STATE, say
from course.browser_tests.login import Members
from course.browser_tests.messages import expect_all, expect_messages
from course.browser_tests.page import OpenPage
from course.browser_tests.wire import enter_by_wire, no_message

STAGE = 6
BEAT = 15_100  # milliseconds, a little more than between two heartbeats


def test_what_a_closed_tab_has_not_sent_another_one_sends(
    open_page: OpenPage, members: Members
) -> None:
    """A tab that was open all the time finds it with a heartbeat, when it is older than
    one: what is younger may be on its way.
    """
    page, wire = enter_by_wire(open_page, members, "closed", "alice", clock=True)
    tab = page.context.new_page()
    tab.goto(page.url)  # not over the wire
    expect(tab.locator(STATE)).to_have_text("open")
    bob = members.enter(open_page, "closed", "bob")
    wire.cut()
    say(page, "one")
    say(page, "two")
    expect_messages(page, "alice: one", "alice: two", state="sending")
    page.close()
    tab.clock.run_for(BEAT)
    tab.clock.run_for(BEAT)
    expect_messages(tab, "alice: one", "alice: two", state="sent")
    for each in (tab, bob):
        expect_all(each, "alice: one", "alice: two")
    tab.reload()
    expect_all(tab, "alice: one", "alice: two")  # nothing is left to be sent


def test_what_two_tabs_send_is_stored_once(
    open_page: OpenPage, members: Members
) -> None:
    """If the other tab is only slow, both send it."""
    page, wire = enter_by_wire(open_page, members, "both", "alice", clock=True)
    wire.outwards = no_message
    tab = page.context.new_page()
    tab.goto(page.url)
    expect(tab.locator(STATE)).to_have_text("open")
    say(page, "one")
    expect_messages(page, "alice: one", state="sending")
    expect_messages(tab)
    for _ in range(2):
        tab.clock.run_for(BEAT)
    expect_messages(tab, "alice: one", state="sent")
    expect_messages(page, "alice: one", state="sent")
    wire.hand_on(wire.sent[0])  # now, at last
    say(tab, "two")
    for each in (page, tab):
        expect_all(each, "alice: one", "alice: two")
    expect(page.locator(f"{LOG} .error")).to_have_count(0)
