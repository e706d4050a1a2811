"""Stage 5's page and a server that refuses its handshakes."""

from playwright.sync_api import expect

from course.browser_tests.chat import STATE
from course.browser_tests.login import Members
from course.browser_tests.page import OpenPage

STAGE = 5
TRIES = 8


def test_a_page_that_is_refused_seldom_asks_for_itself(
    open_page: OpenPage, members: Members
) -> None:
    """The page asks whether its login is over, at the first refusal and at each fourth
    after it: who refuses may have too much to do.
    """
    page = members.enter(open_page, "refused", "alice")
    asked: list[str] = []
    page.on(
        "request",
        lambda request: (
            asked.append(request.url) if request.resource_type == "fetch" else None
        ),
    )
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))
    members.server.stop()
    try:
        closed = page.locator("#frames .event", has_text="closed with code")
        for number in range(1, TRIES + 2):
            expect(closed).to_have_count(number)
            expect(page.locator(STATE)).to_contain_text("trying again")
            page.clock.fast_forward(30_000)
    finally:
        members.server.start()
    assert asked == 2 * [page.url]
