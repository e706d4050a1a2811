"""Stage 4's pages and a server that is not well: when do they try again?"""

from playwright.sync_api import Route, WebSocketRoute, expect

from course.browser_tests.chat import ROOM_INPUT, STATE, say
from course.browser_tests.mock import Mock, enter_mock
from course.browser_tests.page import OpenPage
from course.browser_tests.wire import UNAVAILABLE, wait_until

STAGE = 4
LONG = 60_000  # milliseconds


def turn_away(socket: WebSocketRoute) -> None:
    """Close a connection that was just opened."""
    socket.close(code=UNAVAILABLE)


def test_who_is_thrown_out_at_once_waits_longer(
    open_page: OpenPage, address: str
) -> None:
    """A server that lets a page in, says who it is, and closes, is not well: the waits
    become longer all the same.
    """
    mock = Mock(turn_away)
    page = enter_mock(open_page, address, mock, clock=True)
    for _ in range(LONG // 500):
        page.clock.run_for(500)
        page.wait_for_timeout(10)
    closed = page.locator("#frames li", has_text=f"closed with code {UNAVAILABLE}")
    expect(closed).not_to_have_count(0)
    assert 5 <= mock.connections <= 10


def test_a_connection_that_lasts_makes_the_next_wait_short(
    open_page: OpenPage, address: str
) -> None:
    """After 5 s the room is taken to work: a page that loses it then is back soon."""
    mock = Mock(turn_away)
    page = enter_mock(open_page, address, mock, clock=True)
    while mock.connections < 5:
        page.clock.run_for(500)
        page.wait_for_timeout(10)
    mock.then = None
    page.clock.run_for(16_000)
    expect(page.locator(STATE)).to_have_text("open")
    page.clock.run_for(5_100)
    mock.socket.close(code=UNAVAILABLE)
    trying = page.locator(STATE)
    expect(trying).to_contain_text("trying again in 0.")


def test_a_page_that_is_online_again_does_not_wait(
    open_page: OpenPage, address: str
) -> None:
    """The browser knows when it has a network again: the page tries at once."""
    mock = Mock(turn_away)
    page = enter_mock(open_page, address, mock, clock=True)
    while mock.connections < 6:
        page.clock.run_for(500)
        page.wait_for_timeout(10)
    mock.then = None
    expect(page.locator(STATE)).to_contain_text("trying again")
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 0.01"))
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(page, lambda: mock.connections == 7)
    expect(page.locator(STATE)).to_have_text("open")
    page.evaluate("dispatchEvent(new Event('online'))")  # it has one
    page.clock.run_for(LONG)
    assert mock.connections == 7


def test_the_addresses_begin_where_the_lobby_is(
    open_page: OpenPage, address: str
) -> None:
    """The server says where its pages begin: they need not stand at the top."""

    def move(route: Route) -> None:
        answer = route.fetch(url=route.request.url.replace("/app/", "/"))
        page = answer.text().replace('data-base="/"', 'data-base="/app/"')
        route.fulfill(response=answer, body=page)

    mock = Mock()
    page = open_page()
    page.route("**/app/**", move)
    page.route_web_socket("**/app/ws/chat/**", mock.join)
    page.goto(f"{address}app/")
    expect(page.locator(ROOM_INPUT)).to_be_focused()
    say(page, "red")
    expect(page).to_have_url(f"{address}app/chat/red/")
    expect(page.locator(STATE)).to_have_text("open")
    assert mock.connections == 1
