"""Stage 4's pages with bad input, before they are ready, and on a projector."""

import re

import pytest
from playwright.sync_api import ConsoleMessage, Dialog, Page, Route, expect

from course.browser_tests.chat import (
    LOG,
    MESSAGE_INPUT,
    ROOM_INPUT,
    STATE,
    announce,
    enter,
    expect_users,
    own_name,
    say,
)
from course.browser_tests.page import (
    OpenPage,
    contrast,
    entries,
    font_sizes,
    is_cut_off,
)

STAGE = 4
LONGEST = 2000  # characters of a message
LONGEST_NAME = 50  # characters
HOSTILE = [
    """<img src="nowhere" onerror="alert('image')">""",
    "<script>alert('script')</script>",
]
# It speaks in the moment in which main.js has run: no handshake can be over then.
SPEAK_EARLY = """
addEventListener("DOMContentLoaded", () => {
  const input = document.querySelector("#chat-message-input");
  for (const message of ["first", "second"]) {
    input.value = message;
    input.form.requestSubmit();
  }
  window.stateThen = document.querySelector("#state").textContent;
});
"""


def alarms(page: Page) -> list[str]:
    """Return a list that fills with what the page logs as errors, and its dialogs."""
    found: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error":
            found.append(said.text)

    def dismiss(dialog: Dialog) -> None:
        found.append(dialog.message)
        dialog.dismiss()

    page.on("console", hear)
    page.on("dialog", dismiss)
    return found


@pytest.mark.parametrize("text", HOSTILE, ids=["image", "script"])
def test_a_hostile_message_stays_text(open_page: OpenPage, text: str) -> None:
    """Markup in a message or an announcement is shown, and nothing is made of it."""
    page = enter(open_page, "hostile", "alice")
    found = alarms(page)
    say(page, text)
    expect(page.locator(f"{LOG} .message")).to_have_text(f"alice: {text}")
    announce(open_page(), text)
    expect(page.locator(f"{LOG} .announcement")).to_have_text(f"To everybody: {text}")
    assert page.locator("body").locator("img, script").count() == 0
    assert found == []


def test_a_hostile_nickname_makes_a_guest(open_page: OpenPage) -> None:
    """Markup for a name is no name, and nothing is made of it."""
    page = open_page("chat/hostile/?name=<b>x</b>")
    assert re.fullmatch("guest-[0-9a-f]{4}", own_name(page))
    expect_users(page, own_name(page))
    assert page.locator("body").locator("b").count() == 0


def test_an_error_is_shown(open_page: OpenPage) -> None:
    """A message of blanks is refused by the server, and the page says why."""
    page = enter(open_page, "blanks")
    say(page, "  ")
    expect(page.locator(f"{LOG} .error")).to_have_text("Not sent: the message is empty")
    assert '"code": "empty"' in entries(page)[-1]


def test_a_message_too_long_is_not_lost(open_page: OpenPage) -> None:
    """It is refused, and stays where it can be shortened. Characters count, not units
    of UTF-16.
    """
    page = enter(open_page, "long", "alice")
    say(page, (LONGEST + 1) * "😀")
    expect(page.locator(f"{LOG} .error")).to_contain_text("Not sent: a message has")
    expect(page.locator(MESSAGE_INPUT)).to_have_value((LONGEST + 1) * "😀")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(page.locator(f"{LOG} .message")).to_have_text(f"alice: {LONGEST * '😀'}")
    expect(page.locator(MESSAGE_INPUT)).to_have_value("")


@pytest.mark.parametrize(
    ("path", "field"),
    [("", ROOM_INPUT), ("chat/slow/", MESSAGE_INPUT)],
    ids=["lobby", "room"],
)
def test_nothing_is_lost_before_the_script(
    open_page: OpenPage, address: str, path: str, field: str
) -> None:
    """Enter does nothing while main.js is still on its way; the text stays."""
    page = open_page()
    held: list[Route] = []
    page.route("**/main.js", lambda route: held.append(route))
    page.goto(address + path, wait_until="commit")
    expect(page.locator(field)).to_be_focused()
    say(page, "early")
    held.pop().continue_()
    page.wait_for_load_state()
    expect(page.locator(field)).to_have_value("early")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text(re.compile("Room early|: early"))


def test_messages_wait_for_the_first_connection(
    open_page: OpenPage, address: str
) -> None:
    """What is entered before the socket is open is sent as soon as it is, in order."""
    page = open_page()
    page.add_init_script(SPEAK_EARLY)
    page.goto(f"{address}chat/early/?name=alice")
    assert page.evaluate("stateThen") == "connecting"
    said = page.locator(f"{LOG} .message")
    expect(said).to_have_text(["alice: first\n", "alice: second\n"])


@pytest.mark.parametrize(
    "path", ["", f"chat/{LONGEST_NAME * 'W'}/"], ids=["lobby", "room"]
)
def test_the_pages_are_readable(open_page: OpenPage, path: str) -> None:
    """No text is smaller than 18 px, and nothing is cut off at 1024, 400 or 360 px."""
    page = open_page(f"{path}?name={LONGEST_NAME * 'M'}")
    if path:
        expect_users(page, LONGEST_NAME * "M")
        say(page, 100 * "x")
        expect(page.locator(f"{LOG} .message")).to_have_count(1)
    assert min(font_sizes(page)) >= 18
    for width in (1024, 400, 360):
        assert not is_cut_off(page, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_colour_schemes_have_contrast(open_page: OpenPage, scheme: str) -> None:
    """All text is told from its background by 4.5 to 1 (WCAG 2.2, criterion 1.4.3)."""
    page = enter(open_page, f"colours-{scheme}", color_scheme=scheme)
    lobby = open_page(color_scheme=scheme)
    announce(lobby, "Announced")
    say(page, "hello")
    say(page, " ")
    parts = [f"{LOG} .{kind}" for kind in ("announcement", "event", "message", "error")]
    parts += ["#frames .in", "#frames .out", STATE, "a"]
    paper = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    for part in (*map(page.locator, parts), lobby.locator("label")):
        colour = part.first.evaluate("e => getComputedStyle(e).color")
        assert contrast(colour, paper) >= 4.5
