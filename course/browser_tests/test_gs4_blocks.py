"""Stage 4's pages and texts that would like to look like the page, or somebody else."""

import pytest
from playwright.sync_api import expect

from course.browser_tests.blocks import (
    NAMES,
    TEXTS,
    expect_blocks,
    expect_own_beginnings,
)
from course.browser_tests.chat import LOG
from course.browser_tests.mock import Mock, enter_mock
from course.browser_tests.page import OpenPage

STAGE = 4


@pytest.mark.parametrize("width", [1024, 360])
def test_no_text_looks_like_another_entry(
    open_page: OpenPage, address: str, width: int
) -> None:
    """Whatever a message, a name or an announcement holds, it is a block of its own, in
    which only the beginning stands where an entry begins.
    """
    mock = Mock()
    page = enter_mock(open_page, address, mock)
    page.set_viewport_size({"width": width, "height": 768})
    for name in NAMES:
        for text in TEXTS:
            mock.tell({"type": "chat_message", "user": name, "message": text})
        mock.tell({"type": "user_join", "user": name})
        mock.tell({"type": "user_leave", "user": name})
    for text in TEXTS:
        mock.tell({"type": "announcement", "message": text})
        mock.tell({"type": "error", "code": "any", "message": text})
    number = 1 + len(NAMES) * (len(TEXTS) + 2) + 2 * len(TEXTS)
    expect(page.locator(f"{LOG} > *")).to_have_count(number)
    expect_blocks(page, LOG)
    expect_own_beginnings(page)


def test_a_name_is_one_entry_of_the_list(open_page: OpenPage, address: str) -> None:
    """Nor does a name look like two, or turn the next one around."""
    mock = Mock()
    page = enter_mock(open_page, address, mock)
    mock.tell({"type": "user_list", "users": [*NAMES, *TEXTS]})
    expect(page.locator("#users li")).to_have_count(1 + len(NAMES) + len(TEXTS))
    expect_blocks(page, "#users")


def test_the_log_has_a_line_for_each_entry(open_page: OpenPage, address: str) -> None:
    """Read as a value, as the tutorial's tests do, each entry ends a line."""
    mock = Mock()
    page = enter_mock(open_page, address, mock)
    for message in ("one", "two"):
        mock.tell({"type": "chat_message", "user": "bob", "message": message})
    expect(page.locator(f"{LOG} .message")).to_have_count(2)
    value = page.locator(LOG).evaluate("log => log.value")
    assert value == "alice has joined\nbob: one\nbob: two\n"
