"""What passes between a page and its server, in the hands of a test."""

import json
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, WebSocketRoute

from course.browser_tests.chat import enter
from course.browser_tests.login import Members
from course.browser_tests.page import OpenPage

Frame = dict[str, Any]
Door = Callable[[Frame], bool]
PATIENCE = 10.0  # seconds
UNAVAILABLE = 4503  # close code


def anything(frame: Frame) -> bool:
    """Let a frame pass, whatever it is."""
    return True


def nothing(frame: Frame) -> bool:
    """Let no frame pass."""
    return False


def no_message(frame: Frame) -> bool:
    """Let no message of the page's pass."""
    return "message" not in frame


def but(kind: str) -> Door:
    """Return a door that stops the frames of one type."""
    return lambda frame: frame.get("type") != kind


class Wire:
    """What passes between a page and its server.

    Attributes:
        up: Whether the page can connect.
        inwards: Says of a frame from the server whether it passes.
        outwards: Says it of a frame from the page.
        stopped: The frames from the server that did not pass.
        sent: All frames from the page, passed or not.
        connections: How many there were.
    """

    def __init__(self) -> None:
        self.up = True
        self.inwards: Door = anything
        self.outwards: Door = anything
        self.stopped: list[Frame] = []
        self.sent: list[Frame] = []
        self.connections = 0

    def join(self, page: WebSocketRoute) -> None:
        """Connect a page that wants to connect, if it can."""
        if not self.up:
            page.close(code=UNAVAILABLE)
            return
        self.connections += 1
        self.page, self.server = page, page.connect_to_server()
        self.page.on_message(self.pass_out)
        self.server.on_message(self.pass_in)

    def pass_in(self, text: str | bytes) -> None:
        """Give a frame of the server to the page, or stop it."""
        frame = json.loads(text)
        if self.inwards(frame):
            self.page.send(text)
        else:
            self.stopped.append(frame)

    def pass_out(self, text: str | bytes) -> None:
        """Give a frame of the page to the server, or stop it."""
        frame = json.loads(text)
        self.sent.append(frame)
        if self.outwards(frame):
            self.server.send(text)

    def tell(self, frame: Frame) -> None:
        """Give the page a frame, as if it came from the server."""
        self.page.send(json.dumps(frame))

    def hand_on(self, frame: Frame) -> None:
        """Give the server a frame, as if it came from the page."""
        self.server.send(json.dumps(frame))

    def cut(self) -> None:
        """End the connection, and let the page have no other until `up` is true."""
        self.up = False
        self.page.close(code=UNAVAILABLE)
        self.server.close()

    def said(self) -> list[str]:
        """Return the messages that the page has sent, with their repeats."""
        return [frame["message"] for frame in self.sent if "message" in frame]


def syncs(wire: Wire) -> list[int]:
    """Return after which messages a page has asked for more."""
    return [frame["after"] for frame in wire.sent if "after" in frame]


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something is so that is not to be seen in a page."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        page.wait_for_timeout(10)  # meanwhile frames pass


def enter_by_wire(
    open_page: OpenPage, members: Members, room: str, name: str, *, clock: bool = False
) -> tuple[Page, Wire]:
    """Open a room's page as Members.enter does, but over a wire.

    Args:
        open_page: The fixture.
        members: The fixture.
        room: The room's name.
        name: The member's.
        clock: Whether the test sets the page's clock.
    """
    wire = Wire()

    def open_by_wire(path: str, **options: object) -> Page:
        page = open_page("about:blank", **options)
        if clock:
            page.clock.install()
        page.route_web_socket("**/ws/chat/**", wire.join)
        page.goto(f"{members.server.address}{path}")
        return page

    return enter(open_by_wire, room, storage_state=members.state(name)), wire
