"""Stage 5's pages for accounts: logging in, signing up, and how they look."""

import pytest
from playwright.sync_api import expect

from course.browser_tests.chat import STATE, own_name, say
from course.browser_tests.login import (
    LOG_IN,
    Members,
    expect_login_page,
    log_in,
    sign_up,
)
from course.browser_tests.page import OpenPage, contrast, font_sizes, is_cut_off
from course.database import PASSWORD

STAGE = 5
SIGN_UP = "accounts/signup/"
FOR_ALL = [LOG_IN, SIGN_UP, "accounts/password_reset/", "accounts/password_reset/done/"]
FOR_ALL += ["accounts/reset/done/", "accounts/reset/x/y/"]
FOR_MEMBERS = ["", "accounts/password_change/", "accounts/password_change/done/"]
TAKEN = "A user with that username already exists."
TOO_SHORT = "This password is too short. It must contain at least 8 characters."
NO_NAME = "Enter a valid username."
NO_MATCH = "Please enter a correct username and password."
STYLE_SHEETS = "[...document.styleSheets].map(sheet => new URL(sheet.href).pathname)"


def test_a_visitor_comes_to_the_room_by_the_login_page(
    open_page: OpenPage, address: str
) -> None:
    """Who is not logged in is led to the login page, and from there to the room."""
    page = open_page("chat/wanted/")
    expect_login_page(page, address, "chat/wanted/")
    log_in(page, "alice")
    expect(page).to_have_url(f"{address}chat/wanted/")
    expect(page.locator(STATE)).to_have_text("open")
    assert own_name(page) == "alice"


def test_the_keyboard_is_enough_to_log_in_and_out(
    open_page: OpenPage, address: str
) -> None:
    """Tab and Enter lead from the login page to the lobby, and out again."""
    page = open_page(LOG_IN)
    expect(page.get_by_label("Username")).to_be_focused()
    for text in ("bob", "Tab", PASSWORD, "Tab", "Enter"):
        if text in ("Tab", "Enter"):
            page.keyboard.press(text)
        else:
            page.keyboard.type(text)
    expect(page).to_have_url(address)
    expect(page.get_by_label("Room")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Log out")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(address + LOG_IN)
    page.goto(address)
    expect_login_page(page, address, "")


def test_a_wrong_password_is_said(open_page: OpenPage, address: str) -> None:
    """The login page says what is wrong, keeps the name, and not the password."""
    page = open_page("chat/wrong/")
    log_in(page, "alice", PASSWORD.upper())
    expect(page.get_by_text(NO_MATCH)).to_be_visible()
    expect_login_page(page, address, "chat/wrong/")
    expect(page.get_by_label("Username")).to_have_value("alice")
    expect(page.get_by_label("Password")).to_have_value("")


def test_signing_up_leads_to_the_lobby(open_page: OpenPage, address: str) -> None:
    """Who makes an account is logged in, and can enter a room under its name."""
    page = open_page(LOG_IN)
    page.get_by_role("link", name="Sign up").click()
    sign_up(page, "dora", "a-fresh-word")
    expect(page).to_have_url(address)
    expect(page.locator("#logout")).to_contain_text("dora")
    say(page, "new")
    expect(page).to_have_url(f"{address}chat/new/")
    assert own_name(page) == "dora"


@pytest.mark.parametrize(
    ("name", "password", "problem"),
    [
        ("alice", "a-fresh-word", TAKEN),
        ("eve", "a1-b2", TOO_SHORT),
        ('"><b>x</b>', "a-fresh-word", NO_NAME),
    ],
    ids=["taken", "short", "markup"],
)
def test_a_bad_signup_is_said(
    open_page: OpenPage, address: str, name: str, password: str, problem: str
) -> None:
    """The page says what is wrong, keeps the name, and nobody is logged in."""
    page = open_page(SIGN_UP)
    sign_up(page, name, password)
    expect(page.get_by_text(problem)).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value(name)
    assert page.locator("b").count() == 0
    page.goto(address)
    expect_login_page(page, address, "")


@pytest.mark.parametrize(
    ("name", "paths"), [("", FOR_ALL), ("alice", FOR_MEMBERS)], ids=["all", "members"]
)
def test_the_account_pages_look_like_the_others(
    open_page: OpenPage, members: Members, address: str, name: str, paths: list[str]
) -> None:
    """They have the chat's style sheets and no other, so nothing of Django's admin: no
    text is smaller than 18 px, and nothing is cut off at 1024, 400 or 360 px.
    """
    page = open_page(storage_state=members.state(name) if name else None)
    for path in paths:
        page.goto(address + path)
        expect(page.get_by_role("heading").first).to_be_visible()
        assert page.url == address + path
        assert page.title().startswith("Chat: ")
        assert page.evaluate(STYLE_SHEETS) == [
            f"/static/chat/{name}.css" for name in ("style", "account")
        ]
        assert min(font_sizes(page)) >= 18
        for width in (1024, 400, 360):
            assert not is_cut_off(page, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_account_pages_have_contrast(open_page: OpenPage, scheme: str) -> None:
    """All text is told from its background by 4.5 to 1 (WCAG 2.2, criterion 1.4.3)."""
    page = open_page(SIGN_UP, color_scheme=scheme)
    sign_up(page, "alice", "short")
    expect(page.get_by_text(TAKEN)).to_be_visible()
    paper = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    colours = page.locator("form, form *, a").evaluate_all(
        "all => all.filter(e => !e.matches('input, button'))"
        ".map(e => getComputedStyle(e).color)"
    )
    assert min(contrast(colour, paper) for colour in colours) >= 4.5


def test_a_link_that_is_no_good_is_said(open_page: OpenPage) -> None:
    """A link for a new password that is old or made up leads to a page that says so,
    with nothing to fill in.
    """
    page = open_page("accounts/reset/x/y/")
    heading = page.get_by_role("heading", name="Password reset unsuccessful")
    expect(heading).to_be_visible()
    assert page.locator("form").count() == 0
