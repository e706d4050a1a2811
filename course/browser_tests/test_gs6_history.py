"""Stage 6's history: what was said before one came, or while one was away."""

import pytest
from playwright.sync_api import expect

from course.browser_tests.chat import LOG, STATE, say
from course.browser_tests.login import Members
from course.browser_tests.messages import (
    MESSAGES,
    empty,
    expect_messages,
    expect_numbers,
    fill,
    numbers,
)
from course.browser_tests.page import OpenPage
from course.browser_tests.wire import but, enter_by_wire, syncs, wait_until

STAGE = 6
MAX_ENTRIES = 500  # lines that a log keeps
OLDER = "Earlier messages"


def test_a_reload_shows_the_last_50(open_page: OpenPage, members: Members) -> None:
    """Of 130 messages a new page has 50, and so has the same page after a reload."""
    fill(members, "reload", 130)
    page = members.enter(open_page, "reload", "alice")
    expect_numbers(page, 81, 130)
    page.reload()
    expect_numbers(page, 81, 130)
    expect(page.locator(MESSAGES).last).to_have_text("bob: 130\n")


def test_earlier_messages_are_shown_on_demand(
    open_page: OpenPage, members: Members
) -> None:
    """The button shows what came before, in order, until there is no more."""
    fill(members, "earlier", 135)
    page = members.enter(open_page, "earlier", "alice")
    older = page.get_by_role("button", name=OLDER)
    older.click()
    expect_numbers(page, 6, 135)
    older.click()
    expect(older).to_be_hidden()
    expect_numbers(page, 1, 135)


def test_a_short_room_has_no_earlier_messages(
    open_page: OpenPage, members: Members
) -> None:
    """The button is there only if there is anything to show."""
    fill(members, "short", 50)
    page = members.enter(open_page, "short", "alice")
    expect_numbers(page, 1, 50)
    expect(page.get_by_role("button", name=OLDER)).to_be_hidden()


@pytest.mark.parametrize("top", [0, 300], ids=["top", "middle"])
def test_earlier_messages_move_nothing(
    open_page: OpenPage, members: Members, top: int
) -> None:
    """What one reads stays where it is in the window."""
    room = f"still-{top}"
    fill(members, room, 215)
    page = members.enter(open_page, room, "alice")
    page.locator(LOG).evaluate("(log, top) => { log.scrollTop = top; }", top)
    line = page.locator(f"{LOG} [data-seq='180']")
    before = line.bounding_box()
    page.get_by_role("button", name=OLDER).click()
    expect_numbers(page, 86, 215)
    assert line.bounding_box() == before


def test_a_long_absence_is_made_good(open_page: OpenPage, members: Members) -> None:
    """A page that was away for 600 messages gets all of them, 80 at a time; it keeps
    the last 500 lines, and the earlier ones are there on demand.
    """
    fill(members, "absent", 1)
    page, wire = enter_by_wire(open_page, members, "absent", "alice")
    wire.cut()
    expect(page.locator(STATE)).to_contain_text("trying again")
    fill(members, "absent", 600)
    wire.up = True
    expect(page.locator(f"{LOG} [data-seq='601']")).to_be_attached()
    assert syncs(wire) == [1 + 80 * n for n in range(1, 8)]
    assert page.locator(f"{LOG} > *").count() == MAX_ENTRIES
    shown = numbers(page)
    assert shown == list(range(shown[0], 602))
    page.get_by_role("button", name=OLDER).click()
    expect_numbers(page, shown[0] - 80, 601)


def test_earlier_messages_join_on_to_the_first(
    open_page: OpenPage, members: Members
) -> None:
    """A full log drops no line while the earlier ones are on their way to it."""
    page, wire = enter_by_wire(open_page, members, "join", "alice")
    wire.cut()
    fill(members, "join", MAX_ENTRIES + 100)
    wire.up = True
    expect(page.locator(f"{LOG} [data-seq='600']")).to_be_attached()
    wire.inwards = but("history")
    page.get_by_role("button", name=OLDER).click()
    say(page, "hello")
    expect(page.locator(f"{LOG} [data-seq='601']")).to_be_attached()
    wait_until(page, lambda: len(wire.stopped) == 1)
    wire.tell(wire.stopped[0])
    first = wire.stopped[0]["messages"][0]["seq"]
    expect_numbers(page, first, 601)


def test_another_database_is_begun_anew(open_page: OpenPage, members: Members) -> None:
    """If the server has fewer messages than the page, it has others: the page shows
    those, and what is said next.
    """
    fill(members, "anew", 3)
    page, wire = enter_by_wire(open_page, members, "anew", "alice")
    expect_numbers(page, 1, 3)
    wire.cut()
    expect(page.locator(STATE)).to_contain_text("trying again")
    empty(members, "anew")
    fill(members, "anew", 1)
    wire.up = True
    expect_messages(page, "bob: 1")
    say(page, "hello")
    expect_messages(page, "bob: 1", "alice: hello")
    expect_numbers(page, 1, 2)
