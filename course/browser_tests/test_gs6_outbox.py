"""Stage 6's outbox: what is said is sent, once, whatever happens meanwhile."""

import re

from playwright.sync_api import expect

from course.browser_tests.chat import LOG, STATE, expect_users, say
from course.browser_tests.login import Members
from course.browser_tests.messages import (
    MESSAGES,
    expect_all,
    expect_messages,
    fill,
    numbers,
)
from course.browser_tests.page import OpenPage
from course.browser_tests.wire import anything, but, enter_by_wire, no_message, nothing

STAGE = 6
COME_BACK = 30_000  # milliseconds, the longest wait before another try
TRYING = re.compile(r"^closed, trying again in \d+\.\d s$")


def test_a_message_is_sending_until_it_is_acknowledged(
    open_page: OpenPage, members: Members
) -> None:
    """It is sent as soon as the server says so, even if the room has not shown it."""
    page, wire = enter_by_wire(open_page, members, "states", "alice")
    wire.inwards, wire.outwards = but("chat_message"), no_message
    say(page, "hello")
    expect_messages(page, "alice: hello", state="sending")
    wire.hand_on(wire.sent[0])
    expect_messages(page, "alice: hello", state="sent")
    assert numbers(page) == []


def test_what_is_sending_stays_last(open_page: OpenPage, members: Members) -> None:
    """What others say meanwhile stands before it, also after a reload."""
    page, wire = enter_by_wire(open_page, members, "below", "alice")
    bob = members.enter(open_page, "below", "bob")
    wire.outwards = no_message
    say(page, "one")
    say(page, "two")
    say(bob, "hello")
    expect_messages(page, "bob: hello", "alice: one", "alice: two")
    page.reload()
    expect_messages(page, "bob: hello", "alice: one", "alice: two")


def test_what_is_said_while_the_server_is_away_is_sent_later(
    open_page: OpenPage, members: Members
) -> None:
    """It is shown as sending, in its order; after the restart it is sent, and the other
    browser shows each message once.
    """
    alice = members.enter(open_page, "away", "alice")
    bob = members.enter(open_page, "away", "bob")
    for page in (alice, bob):
        page.clock.install()
    members.server.stop()
    expect(alice.locator(STATE)).to_have_text(TRYING)
    expect_users(alice)
    for text in ("one", "two", "three"):
        say(alice, text)
    said = ["alice: one", "alice: two", "alice: three"]
    expect_messages(alice, *said, state="sending")
    members.server.start()
    for page in (alice, bob):
        page.clock.fast_forward(COME_BACK)
        expect_all(page, *said)
    expect_messages(alice, *said, state="sent")


def test_a_killed_server_loses_nothing(open_page: OpenPage, members: Members) -> None:
    """Two talk, the server is killed, they talk on: after the restart both browsers
    show all of it, in one order, each one's own order kept.
    """
    pages = [members.enter(open_page, "killed", name) for name in ("alice", "bob")]
    for page in pages:
        page.clock.install()
    for number in range(8):
        if number == 4:
            assert members.server.process
            members.server.process.kill()
        for page in pages:
            say(page, str(number))
    members.server.stop()
    members.server.start()
    for page in pages:
        page.clock.fast_forward(COME_BACK)
        expect(page.locator(f"{LOG} [data-seq]")).to_have_count(16)
        expect(page.locator(MESSAGES)).to_have_count(16)
        expect(page.locator(f"{LOG} [data-state=sent]")).to_have_count(8)
        assert numbers(page) == list(range(1, 17))
    said, heard = (page.locator(MESSAGES).all_inner_texts() for page in pages)
    assert said == heard
    for name in ("alice", "bob"):
        his = [text.strip() for text in said if text.startswith(name)]
        assert his == [f"{name}: {number}" for number in range(8)]


def test_what_is_not_acknowledged_is_repeated(
    open_page: OpenPage, members: Members
) -> None:
    """If the connection ends before the server's answer, the message is sent again
    under the same client_id, and shown once by all.
    """
    page, wire = enter_by_wire(open_page, members, "repeat", "alice")
    bob = members.enter(open_page, "repeat", "bob")
    wire.inwards = nothing
    say(page, "one")
    expect_messages(bob, "alice: one")
    wire.cut()
    expect_messages(page, "alice: one", state="sending")
    wire.inwards, wire.up = anything, True
    expect_messages(page, "alice: one", state="sent")
    say(page, "two")
    for each in (page, bob):
        expect_all(each, "alice: one", "alice: two")
    first, again, _ = (frame["client_id"] for frame in wire.sent if "message" in frame)
    assert first == again


def test_a_repeat_of_an_earlier_message_is_not_shown_last(
    open_page: OpenPage, members: Members
) -> None:
    """The repeated message is stored since long: it stands in its place alone, among
    the earlier messages.
    """
    page, wire = enter_by_wire(open_page, members, "late", "alice")
    bob = members.enter(open_page, "late", "bob")
    wire.inwards = nothing
    say(page, "one")
    expect_messages(bob, "alice: one")
    wire.cut()
    fill(members, "late", 60)
    wire.inwards, wire.up = anything, True
    page.reload()
    expect(page.locator(f"{LOG} [data-state]")).to_have_count(0)
    assert numbers(page) == list(range(12, 62))
    page.get_by_role("button", name="Earlier messages").click()
    expect(page.locator(MESSAGES).first).to_have_text("alice: one\n")
    expect(page.locator(f"{LOG} [data-state]")).to_have_count(1)


def test_more_than_the_rate_is_sent_later(
    open_page: OpenPage, members: Members
) -> None:
    """Thirty messages at once are more than the server takes: the page waits as long as
    it is told, and loses none, nor their order.
    """
    alice = members.enter(open_page, "rate", "alice")
    bob = members.enter(open_page, "rate", "bob")
    for number in range(30):
        say(alice, str(number))
    said = [f"alice: {number}" for number in range(30)]
    for page in (alice, bob):
        expect_all(page, *said)
    refusals = alice.locator("#frames .in", has_text="rate_limited")
    expect(refusals).not_to_have_count(0)
    expect(alice.locator(f"{LOG} .error")).to_have_count(0)


def test_a_refused_message_has_failed(open_page: OpenPage, members: Members) -> None:
    """The page says why, and sends the next one."""
    page, wire = enter_by_wire(open_page, members, "refused", "alice")
    say(page, " ")
    say(page, "next")
    sent = page.locator(f"{LOG} [data-state=sent]")
    expect(sent).to_have_text("alice: next\n")
    failed = page.locator(f"{LOG} [data-state=failed]")
    expect(failed).to_have_text("alice:  \n")
    error = page.locator(f"{LOG} .error")
    expect(error).to_have_text("Not sent: the message is empty\n")
    page.reload()
    expect_messages(page, "alice: next", state="sent")
    assert wire.said() == [" ", "next"]
