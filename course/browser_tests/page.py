"""What the browser tests do with a page."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]


def entries(page: Page) -> list[str]:
    """Return the frame panel's lines, without their times."""
    lines = page.locator("#frames li").all()
    parts = [line.locator("span").all_text_contents() for line in lines]
    return [" ".join(part for part in each[1:] if part) for each in parts]


def connect(page: Page, endpoint: str) -> None:
    """Connect to an endpoint and wait until the socket is open."""
    page.get_by_label("Endpoint").select_option(endpoint)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#state")).to_have_text("open")


def font_sizes(page: Page) -> list[float]:
    """Return how large the page's texts are, in pixels."""
    sizes: list[float] = page.evaluate(
        "[...document.querySelectorAll('body *')].map("
        "e => parseFloat(getComputedStyle(e).fontSize))"
    )
    return sizes


def is_cut_off(page: Page, width: int) -> bool:
    """Return whether anything of the page does not fit into so many pixels."""
    page.set_viewport_size({"width": width, "height": 768})
    inside: int = page.evaluate("document.documentElement.scrollWidth")
    return inside > width


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours given as rgb(r, g, b)."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour given as rgb(r, g, b)."""
    parts = [float(part) / 255 for part in colour[4:-1].split(",")]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
