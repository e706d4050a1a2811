"""Stage 5's rooms: members, their tabs, and what becomes of a page whose login ends."""

import re

from playwright.sync_api import Page, expect

from course.browser_tests.chat import LOG, STATE, expect_users, own_name, say
from course.browser_tests.login import (
    LOG_IN,
    Members,
    expect_login_page,
    log_in,
    sign_up,
)
from course.browser_tests.page import OpenPage

STAGE = 5
COME_BACK = 30_000  # milliseconds; on a busy machine a page has begun to wait long
TRYING = re.compile(r"^closed, trying again in \d+\.\d s$")
HOSTILE = """<img src="nowhere" onerror="alert('image')"><script>alert(1)</script>"""
ODD_NAME = "a+b@c.d"


def another_tab(page: Page, path: str = "") -> Page:
    """Open another tab in a page's browser, and wait until it has joined.

    Args:
        page: The page, in a room.
        path: The tab's; without, the same room's.
    """
    tab = page.context.new_page()
    tab.goto(path or page.url)
    expect(tab.locator(LOG)).to_contain_text(f"{own_name(page)} has joined")
    return tab


def lines(page: Page) -> list[str]:
    """Return what stands in a room's log."""
    return page.locator(LOG).inner_text().splitlines()


def test_two_members_chat(open_page: OpenPage, members: Members) -> None:
    """Each browser shows what the other's user says, under the account's name, and
    who is here.
    """
    alice = members.enter(open_page, "here", "alice")
    bob = members.enter(open_page, "here", "bob")
    say(alice, "hello")
    expect(bob.locator(LOG)).to_contain_text("alice: hello")
    say(bob, "hi")
    expect(alice.locator(LOG)).to_contain_text("bob: hi")
    for page in (alice, bob):
        expect_users(page, "alice", "bob")


def test_nobody_is_told_of_a_second_tab(open_page: OpenPage, members: Members) -> None:
    """Two tabs are one user: the others see them join once, and listed once."""
    bob = members.enter(open_page, "second", "bob")
    tab = another_tab(members.enter(open_page, "second", "alice"))
    say(tab, "from the second")  # it comes after whatever is told of the tab
    expect(bob.locator(LOG)).to_contain_text("alice: from the second")
    said = ["bob has joined", "alice has joined", "alice: from the second"]
    assert lines(bob) == said
    for page in (tab, bob):
        expect_users(page, "alice", "bob")


def test_only_the_last_tab_leaves(open_page: OpenPage, members: Members) -> None:
    """Nobody is told when one of two tabs is closed, but when both are."""
    bob = members.enter(open_page, "last", "bob")
    alice = members.enter(open_page, "last", "alice")
    tab = another_tab(alice)
    alice.close()
    say(tab, "still here")
    expect(bob.locator(LOG)).to_contain_text("alice: still here")
    tab.close()
    expect(bob.locator(LOG)).to_contain_text("alice has left")
    said = ["bob has joined", "alice has joined", "alice: still here", "alice has left"]
    assert lines(bob) == said
    expect_users(bob, "bob")


def test_a_private_message_reaches_all_tabs_of_one_user(
    open_page: OpenPage, members: Members
) -> None:
    """/pm bob psst: both of bob's tabs show it, whichever their rooms; alice is told
    that it is on its way; carol hears nothing.
    """
    bob = members.enter(open_page, "private", "bob")
    elsewhere = another_tab(bob, bob.url.replace("private", "elsewhere"))
    carol = members.enter(open_page, "private", "carol")
    alice = members.enter(open_page, "private", "alice")
    say(alice, "/pm bob psst")
    for tab in (bob, elsewhere):
        expect(tab.locator(f"{LOG} .private")).to_have_text(
            "alice, to you alone: psst\n"
        )
    expect(alice.locator(f"{LOG} .private")).to_have_text("You, to bob alone: psst\n")
    say(alice, "hello all")  # it would come after the private message
    expect(carol.locator(LOG)).to_contain_text("alice: hello all")
    assert "psst" not in carol.locator("body").inner_text()


def test_a_logout_closes_the_tabs_of_its_session(
    open_page: OpenPage, members: Members, address: str
) -> None:
    """The other tab goes to the login page by itself; another browser of the same user
    stays in the room.
    """
    alice = members.enter(open_page, "logout", "alice")
    tab = another_tab(alice)
    other = members.enter(open_page, "logout", "alice")
    say(other, "before")
    expect(other.locator(LOG)).to_contain_text("alice: before")
    alice.get_by_role("button", name="Log out").click()
    expect(alice.get_by_label("Password")).to_be_visible()
    expect_login_page(tab, address, "chat/logout/")
    say(other, "still here")  # a close would have come before; the page loads anew then
    expect(other.locator(LOG)).to_contain_text("alice: still here")
    assert lines(other) == ["alice has joined", "alice: before", "alice: still here"]


def test_a_restart_is_survived_by_a_login(
    open_page: OpenPage, members: Members
) -> None:
    """Both pages come back by themselves, as who they were, and hear each other."""
    alice = members.enter(open_page, "restart", "alice")
    bob = members.enter(open_page, "restart", "bob")
    members.server.stop()
    for page in (alice, bob):
        expect(page.locator(STATE)).to_have_text(TRYING)
    say(alice, "are you there?")
    members.server.start()
    for page in (alice, bob):
        expect(page.locator(STATE)).to_have_text("open", timeout=COME_BACK)
        expect_users(page, "alice", "bob")
    said = alice.locator(f"{LOG} .message")
    expect(said).to_have_text("alice: are you there?\n")
    say(bob, "here I am")
    expect(said.last).to_have_text("bob: here I am\n")


def test_a_login_that_ended_meanwhile_leads_to_the_login_page(
    open_page: OpenPage, members: Members, address: str
) -> None:
    """If the session is deleted while the server is away, the page does not try for
    ever: it becomes the login page, which leads back to the room.
    """
    page = members.enter(open_page, "meanwhile", "alice")
    members.server.stop()
    expect(page.locator(STATE)).to_have_text(TRYING)
    members.end_session(page)
    members.server.start()
    page.wait_for_url(f"{address}{LOG_IN}**", timeout=COME_BACK)
    expect_login_page(page, address, "chat/meanwhile/")
    log_in(page, "alice")
    expect(page.locator(STATE)).to_have_text("open")


def test_hostile_text_stays_text(open_page: OpenPage, members: Members) -> None:
    """Markup in a message, to all or to one, and each legal sign in a name is shown,
    and nothing is made of it.
    """
    bob = members.enter(open_page, "hostile", "bob")
    dialogs: list[str] = []
    odd = open_page("accounts/signup/")
    sign_up(odd, ODD_NAME, "a-fresh-word")
    expect(odd.locator("#logout")).to_contain_text(ODD_NAME)
    say(odd, "hostile")
    for page in (odd, bob):
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        expect_users(page, ODD_NAME, "bob")
    say(odd, HOSTILE)
    expect(bob.locator(f"{LOG} .message")).to_have_text(f"{ODD_NAME}: {HOSTILE}\n")
    say(bob, f"/pm {ODD_NAME} {HOSTILE}")
    private = odd.locator(f"{LOG} .private")
    expect(private).to_have_text(f"bob, to you alone: {HOSTILE}\n")
    private = bob.locator(f"{LOG} .private")
    expect(private).to_have_text(f"You, to {ODD_NAME} alone: {HOSTILE}\n")
    for page in (odd, bob):
        assert page.locator("body").locator("img, script").count() == 0
    assert dialogs == []
