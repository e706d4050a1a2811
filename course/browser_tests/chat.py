"""What the browser tests do with a chat."""

from playwright.sync_api import Page, expect

from course.browser_tests.page import OpenPage

ROOM_INPUT = "#room-name-input"
MESSAGE_INPUT = "#chat-message-input"
LOG = "#chat-log"
STATE = "#state"


def enter(
    open_page: OpenPage,
    room: str,
    name: str = "",
    *,
    address: str = "",
    **options: object,
) -> Page:
    """Open a room's page in a browser of its own, and wait until it has joined.

    Args:
        open_page: The fixture.
        room: The room's name.
        name: The nickname; without, one is a guest.
        address: The server's address, if it is not the module's.
        options: Of the browser context.
    """
    query = f"?name={name}" if name else ""
    page = open_page(f"{address}chat/{room}/{query}", **options)
    expect(page.locator(LOG)).to_contain_text(f"{own_name(page)} has joined")
    return page


def own_name(page: Page) -> str:
    """Return the name that one has in this page."""
    me = page.locator("#me")
    expect(me).to_contain_text("as ")
    return me.inner_text().removeprefix("as ")


def say(page: Page, message: str) -> None:
    """Type a message where the focus is, and press Enter."""
    page.keyboard.insert_text(message)
    page.keyboard.press("Enter")


def expect_users(page: Page, *names: str) -> None:
    """Wait until the list of who is here has just these names."""
    expect(page.locator("#users li")).to_have_text(sorted(names))


def announce(page: Page, message: str) -> None:
    """Fill in the lobby's form for announcements, and press Enter."""
    form = page.locator("form", has=page.get_by_role("button", name="Announce"))
    form.get_by_label("Message").fill(message)
    page.keyboard.press("Enter")
