"""Stage 6's private messages: each is sent once, or not at all."""

import pytest
from playwright.sync_api import expect

from course.browser_tests.chat import LOG, say
from course.browser_tests.login import Members
from course.browser_tests.messages import (
    HEARD,
    MESSAGES,
    PRIVATE,
    PSST,
    expect_messages,
    reload,
)
from course.browser_tests.page import OpenPage
from course.browser_tests.wire import anything, enter_by_wire, nothing

STAGE = 6


def test_a_private_message_is_sent_once(open_page: OpenPage, members: Members) -> None:
    """With its receipt it is a private line on both sides, and no message."""
    page, wire = enter_by_wire(open_page, members, "private", "alice")
    bob = members.enter(open_page, "private", "bob")
    say(page, PSST)
    expect(bob.locator(PRIVATE)).to_have_text(HEARD)
    expect(page.locator(PRIVATE)).to_have_text("You, to bob alone: psst\n")
    expect_messages(page)
    assert wire.said() == [PSST]


def test_a_private_message_to_nobody_has_failed(
    open_page: OpenPage, members: Members
) -> None:
    """Who is not here is told nothing, and the page says so."""
    page = members.enter(open_page, "nobody", "alice")
    say(page, "/pm nobody psst")
    expect_messages(page, "alice: /pm nobody psst", state="failed")
    error = page.locator(f"{LOG} .error")
    expect(error).to_have_text("Not sent: nobody is not here\n")
    expect(page.locator(PRIVATE)).to_have_count(0)


@pytest.mark.parametrize("how", ["cut", "reload"])
def test_a_private_message_is_never_repeated(
    open_page: OpenPage, members: Members, how: str
) -> None:
    """If the connection ends before the receipt, or the page is loaded anew, nobody
    knows whether it has arrived: it has failed, and is not sent again.
    """
    page, wire = enter_by_wire(open_page, members, f"once-{how}", "alice")
    bob = members.enter(open_page, f"once-{how}", "bob")
    wire.inwards = nothing
    say(page, PSST)
    expect(bob.locator(PRIVATE)).to_have_text(HEARD)
    if how == "cut":
        wire.cut()
        expect_messages(page, f"alice: {PSST}", state="failed")
    wire.inwards, wire.up = anything, True
    if how == "reload":
        reload(page)
    say(page, "hello")  # it would come after the repeat
    expect(bob.locator(MESSAGES)).to_have_text("alice: hello\n")
    # Before it is acknowledged, the page would send it again.
    expect(page.locator(f"{LOG} [data-state=sent]")).to_have_count(1)
    reload(page)
    say(page, "again")
    expect_messages(bob, "alice: hello", "alice: again")
    expect(bob.locator(PRIVATE)).to_have_text(HEARD)
    assert wire.said() == [PSST, "hello", "again"]
