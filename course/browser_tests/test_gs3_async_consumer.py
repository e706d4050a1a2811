"""Stage 3's page: what sends by itself."""

from playwright.sync_api import expect

from course.browser_tests.page import OpenPage, connect, entries

STAGE = 3
PREFIX = "/ws/ac/"


def test_the_ticker_stops_when_told(open_page: OpenPage) -> None:
    """The ticker's numbers come by themselves; stop is filled in and sent by Enter."""
    page = open_page()
    connect(page, f"{PREFIX}ticker/")
    expect(page.locator("#frames .in").nth(1)).to_contain_text("2")
    page.keyboard.press("Enter")
    expect(page.locator("#frames .out")).to_contain_text("stop")
    page.get_by_role("button", name="Disconnect").click()
    expect(page.locator("#state")).to_have_text("closed")


def test_the_clock_is_listened_to(open_page: OpenPage) -> None:
    """Server-Sent Events appear like frames; there is no way to send, only to leave."""
    page = open_page()
    page.get_by_label("Endpoint").select_option("/events/clock/")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#state")).to_have_text("listening")
    expect(page.locator("#frames .in").nth(1)).to_contain_text("20")
    expect(page.get_by_label("Message")).to_be_disabled()
    page.get_by_role("button", name="Disconnect").click()
    expect(page.locator("#state")).to_have_text("closed")
    assert entries(page)[-1] == "event closed by the browser"
    connect(page, PREFIX)
