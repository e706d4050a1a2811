"""Stage 1's page: choose an endpoint, connect, send, disconnect."""

import re

import pytest
from playwright.sync_api import expect

from course.browser_tests.page import (
    OpenPage,
    connect,
    contrast,
    entries,
    font_sizes,
    is_cut_off,
)

STAGE = 1
HOSTILE = '<img src=x onerror="document.title = 1">'


@pytest.mark.parametrize("endpoint", ["/ws/sc/", "/ws/ac/"])
def test_the_main_path(open_page: OpenPage, address: str, endpoint: str) -> None:
    """Connecting, sending and disconnecting is listed, frame by frame."""
    page = open_page()
    connect(page, endpoint)
    page.get_by_label("Message").fill("héllo")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Disconnect").click()
    expect(page.locator("#state")).to_have_text("closed")
    url = address.replace("http", "ws", 1).rstrip("/") + endpoint
    assert entries(page) == [
        f"event connecting to {url}",
        "event open",
        "out 6 B héllo",
        "event closing with code 1000",
        "event closed with code 1000",
    ]


def test_the_keyboard_is_enough(open_page: OpenPage) -> None:
    """Enter connects, Enter sends, and the focus goes where it is of use."""
    page = open_page()
    button = page.get_by_role("button", name="Connect", exact=True)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Message")).to_be_focused()
    page.keyboard.type("hello")
    page.keyboard.press("Enter")
    expect(page.locator("#frames .out")).to_have_count(1)
    expect(page.get_by_label("Message")).to_have_value("")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(button).to_be_focused()
    assert entries(page)[-1] == "event closed with code 1000"


def test_a_refused_handshake_is_said(open_page: OpenPage) -> None:
    """A path without a route shows as close code 1006, and one can go on from there."""
    page = open_page()
    page.get_by_label("Endpoint").select_option("/ws/nowhere/")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#frames li").last).to_contain_text("closed with code 1006")
    expect(page.locator("#state")).to_have_text("closed")
    connect(page, "/ws/sc/")


def test_a_hostile_message_stays_text(open_page: OpenPage) -> None:
    """Markup in a message is shown and not interpreted."""
    page = open_page()
    title = page.title()
    connect(page, "/ws/sc/")
    page.get_by_label("Message").fill(HOSTILE)
    page.keyboard.press("Enter")
    expect(page.locator("#frames .out span").last).to_have_text(HOSTILE)
    expect(page.locator("#frames img")).to_have_count(0)
    assert page.title() == title


def test_the_page_is_readable_on_a_projector(open_page: OpenPage) -> None:
    """No text is smaller than 18 px, and nothing is cut off at 1024 px or 360 px."""
    for width in (1024, 360):
        page = open_page(viewport={"width": width, "height": 768})
        connect(page, "/ws/sc/")
        assert min(font_sizes(page)) >= 18
        assert not is_cut_off(page, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_colour_schemes_have_contrast(open_page: OpenPage, scheme: str) -> None:
    """Frames are told from the background by 4.5 to 1 (WCAG 2.2, criterion 1.4.3)."""
    page = open_page(color_scheme=scheme)
    connect(page, "/ws/sc/")
    page.get_by_label("Message").fill("hello")
    page.keyboard.press("Enter")
    background = page.locator("body").evaluate(
        "e => getComputedStyle(e).backgroundColor"
    )
    for kind in (".out", ".event"):
        colour = page.locator(f"#frames {kind}").first.evaluate(
            "e => getComputedStyle(e).color"
        )
        assert contrast(colour, background) >= 4.5


def test_each_entry_has_its_time(open_page: OpenPage) -> None:
    """Every line begins with the time of day, to the millisecond."""
    page = open_page()
    connect(page, "/ws/sc/")
    times = page.locator("#frames li span:first-child").all_text_contents()
    assert len(times) == 2
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3}", time) for time in times)


def test_leaving_the_page_closes_the_socket(open_page: OpenPage) -> None:
    """A page that is left closes its WebSocket: the next visit starts closed."""
    page = open_page()
    connect(page, "/ws/ac/")
    page.reload()
    expect(page.locator("#state")).to_have_text("closed")
    assert entries(page) == []
