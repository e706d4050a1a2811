"""A server that says what a test wants it to say, and is no server."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, WebSocketRoute, expect

from course.browser_tests.chat import STATE
from course.browser_tests.page import OpenPage

WELCOME = {"type": "welcome", "user": "alice", "room": "mock"}
JOINED = {"type": "user_join", "user": "alice"}


class Mock:
    """What a page takes for its server.

    Attributes:
        socket: The page's newest connection.
        connections: How many there were.
    """

    def __init__(self, then: Callable[[WebSocketRoute], None] | None = None) -> None:
        self.then = then
        self.connections = 0

    def join(self, socket: WebSocketRoute) -> None:
        """Let a page in, and do what is to be done then."""
        self.connections += 1
        self.socket = socket
        self.tell(WELCOME)
        self.tell(JOINED)
        if self.then:
            self.then(socket)

    def tell(self, frame: dict[str, Any]) -> None:
        """Send a frame to the page."""
        self.socket.send(json.dumps(frame))


def enter_mock(
    open_page: OpenPage, address: str, mock: Mock, *, clock: bool = False
) -> Page:
    """Open the page of a room of stage 4, with a mock for its server.

    Args:
        open_page: The fixture.
        address: The fixture: the pages come from the real server.
        mock: What the page is to talk to.
        clock: Whether the test sets the page's clock.
    """
    page = open_page()
    if clock:
        page.clock.install()
    page.route_web_socket("**/ws/chat/**", mock.join)
    page.goto(f"{address}chat/mock/?name=alice")
    if not mock.then:
        expect(page.locator(STATE)).to_have_text("open")
    return page
