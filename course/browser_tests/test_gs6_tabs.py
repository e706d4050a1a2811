"""Stage 6's outbox after a reload, in a second tab, and under another account."""

import pytest
from playwright.sync_api import Page, expect

from course.browser_tests.chat import LOG, MESSAGE_INPUT, STATE, own_name, say
from course.browser_tests.login import Members
from course.browser_tests.messages import (
    HEARD,
    PRIVATE,
    PSST,
    expect_all,
    expect_messages,
    reload,
)
from course.browser_tests.page import OpenPage
from course.browser_tests.wire import enter_by_wire, no_message

STAGE = 6
FORBIDDEN = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("forbidden", "SecurityError"); },
});"""
FULL = """Storage.prototype.setItem = () => {
  throw new DOMException("full", "QuotaExceededError");
};"""


def another_tab(page: Page) -> Page:
    """Open a page's room in another tab of its browser, and wait until it is in."""
    tab = page.context.new_page()
    tab.goto(page.url)
    expect(tab.locator(STATE)).to_have_text("open")
    assert own_name(tab) == own_name(page)
    return tab


@pytest.mark.parametrize("how", ["reload", "tab"])
def test_what_is_sending_survives_its_page(
    open_page: OpenPage, members: Members, how: str
) -> None:
    """Said without a connection, it is sent by the same page after a reload, or by
    another one if the page is closed.
    """
    room = f"survives-{how}"
    page, wire = enter_by_wire(open_page, members, room, "alice")
    bob = members.enter(open_page, room, "bob")
    wire.cut()
    say(page, "one")
    say(page, "two")
    if how == "reload":
        page.reload()
        expect_messages(page, "alice: one", "alice: two", state="sending")
        wire.up = True
    else:
        page.close()
        page = page.context.new_page()
        page.goto(bob.url)
    expect_messages(page, "alice: one", "alice: two", state="sent")
    page.reload()  # nothing is left
    for each in (page, bob):
        expect_all(each, "alice: one", "alice: two")


@pytest.mark.parametrize("script", [FORBIDDEN, FULL], ids=["forbidden", "full"])
def test_nothing_need_be_stored(
    open_page: OpenPage, members: Members, script: str
) -> None:
    """If the browser keeps nothing for a page, its messages are sent all the same."""
    page = members.enter(open_page, "unstored", "alice")
    page.add_init_script(script)
    reload(page)
    expect(page.locator(STATE)).to_have_text("open")
    say(page, f"hello {script[:6]}")
    expect(page.locator(f"{LOG} [data-state=sent]").last).to_contain_text(script[:6])
    expect(page.locator("#frames")).to_contain_text("the browser keeps nothing")


def test_two_tabs_send_a_message_once(open_page: OpenPage, members: Members) -> None:
    """A tab finds what another one has not sent, and sends it; when the other one comes
    back, it sends the same: all show each message once.
    """
    page, wire = enter_by_wire(open_page, members, "tabs", "alice")
    bob = members.enter(open_page, "tabs", "bob")
    wire.cut()
    say(page, "one")
    say(page, "two")
    tab = another_tab(page)
    expect_messages(tab, "alice: one", "alice: two", state="sent")
    expect_messages(page, "alice: one", "alice: two", state="sending")
    wire.up = True
    expect_messages(page, "alice: one", "alice: two", state="sent")
    say(page, "three")
    for each in (page, tab, bob):
        expect_all(each, "alice: one", "alice: two", "alice: three")


def test_a_private_message_is_not_another_tabs(
    open_page: OpenPage, members: Members
) -> None:
    """One that could not be sent yet waits in its own tab: another one of the same user
    does not send it, too.
    """
    page, wire = enter_by_wire(open_page, members, "waits", "alice")
    bob = members.enter(open_page, "waits", "bob")
    wire.cut()
    say(page, PSST)
    tab = another_tab(page)
    say(tab, "hello")
    expect_messages(bob, "alice: hello")
    wire.up = True
    expect(page.locator(PRIVATE)).to_have_text("You, to bob alone: psst\n")
    say(page, "again")
    expect_messages(bob, "alice: hello", "alice: again")
    expect(bob.locator(PRIVATE)).to_have_text(HEARD)


def test_a_client_id_is_ones_own(open_page: OpenPage, members: Members) -> None:
    """If another user's message has the client_id of one's own, one's own is still
    sending.
    """
    page, wire = enter_by_wire(open_page, members, "stolen", "alice")
    wire.outwards = no_message
    say(page, "mine")
    expect_messages(page, "alice: mine", state="sending")
    stolen = wire.sent[0] | {"type": "chat_message", "user": "bob", "seq": 1}
    wire.tell(stolen | {"created": "2026-01-01T00:00:00Z"})
    expect_messages(page, "bob: mine", "alice: mine")
    own = page.locator(f"{LOG} [data-state=sending]")
    expect(own).to_have_text("alice: mine\n")
    assert wire.said() == ["mine"]


def test_nobody_says_what_another_account_wrote(
    open_page: OpenPage, members: Members
) -> None:
    """If somebody else logs in while a page has no connection, the page becomes theirs;
    what it had to send waits for its author.
    """
    page, wire = enter_by_wire(open_page, members, "account", "alice")
    wire.cut()
    say(page, "I am alice")
    page.context.clear_cookies()
    page.context.add_cookies(members.state("bob")["cookies"])  # type: ignore[arg-type]
    wire.up = True
    expect(page.locator("#me")).to_have_text("as bob")
    expect(page.locator("#logout")).to_contain_text("bob")
    expect(page.locator(MESSAGE_INPUT)).to_be_focused()
    say(page, "I am bob")
    expect_messages(page, "bob: I am bob", state="sent")
    assert wire.said() == ["I am bob"]
    page.context.clear_cookies()
    page.context.add_cookies(members.state("alice")["cookies"])  # type: ignore[arg-type]
    page.reload()
    expect_messages(page, "bob: I am bob", "alice: I am alice")
