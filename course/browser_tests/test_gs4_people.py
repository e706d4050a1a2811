"""Stage 4's list of who is here: what a frame changes, and nothing else."""

import random

from playwright.sync_api import Page, expect

from course.browser_tests.chat import LOG
from course.browser_tests.mock import JOINED, WELCOME, Mock, enter_mock
from course.browser_tests.page import OpenPage

STAGE = 4
CROWD = [f"user{number:03}" for number in range(300)]
# Counts what is put into the list, and what is taken out of it.
COUNT = """list => {
  window.changes = 0;
  new MutationObserver(records => {
    for (const { addedNodes, removedNodes } of records) {
      window.changes += addedNodes.length + removedNodes.length;
    }
  }).observe(list, { childList: true, subtree: true, characterData: true });
}"""


def changes(page: Page) -> int:
    """Return how many changes there were since the last time."""
    number: int = page.evaluate("[window.changes, window.changes = 0][0]")
    return number


def names(page: Page) -> list[str]:
    """Return what stands in the list."""
    return page.locator("#users li").all_text_contents()


def test_the_list_changes_as_little_as_it_can(
    open_page: OpenPage, address: str
) -> None:
    """One who comes or goes is one change, however many are here; a message is none."""
    mock = Mock()
    page = enter_mock(open_page, address, mock)
    page.locator("#users").evaluate(COUNT)
    crowd = CROWD.copy()
    random.Random(4).shuffle(crowd)
    mock.tell({"type": "user_list", "users": crowd[:200]})
    for user in crowd[200:]:
        mock.tell({"type": "user_list", "users": [user]})
    expect(page.locator("#users li")).to_have_count(301)
    assert names(page) == ["alice", *CROWD]
    assert changes(page) == 300
    mock.tell({"type": "chat_message", "user": "bob", "message": "hello"})
    expect(page.locator(LOG)).to_contain_text("bob: hello")
    assert changes(page) == 0
    mock.tell({"type": "user_join", "user": "bob"})
    mock.tell({"type": "user_join", "user": "bob"})  # once is enough
    mock.tell({"type": "user_leave", "user": "user007"})
    mock.tell({"type": "user_leave", "user": "nobody"})
    expect(page.locator(LOG)).to_contain_text("nobody has left")
    assert names(page) == ["alice", "bob", *(n for n in CROWD if n != "user007")]
    assert changes(page) == 2


def test_the_list_is_empty_without_a_connection(
    open_page: OpenPage, address: str
) -> None:
    """Who is here is told anew by the next one."""
    mock = Mock()
    page = enter_mock(open_page, address, mock)
    mock.tell({"type": "user_list", "users": CROWD})
    expect(page.locator("#users li")).to_have_count(301)
    mock.socket.close(code=4503)
    expect(page.locator("#users li")).to_have_count(0)
    expect(page.locator("#users li")).to_have_text(["alice"])
    assert {WELCOME["user"], JOINED["user"]} == {"alice"}
