"""Stage 5's door: what a page of somebody else's can do in a member's browser."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page

from course.browser_tests.chat import enter
from course.browser_tests.login import Members
from course.browser_tests.page import OpenPage
from course.serving import PageServer

STAGE = 5
NAME = "chat.localhost"  # Chromium finds *.localhost on this computer
SETTINGS = f"from config.settings import *\n\nALLOWED_HOSTS = ['{NAME}']\n"
ASK = "url => fetch(url, { mode: 'no-cors', credentials: 'include' }).then(() => {})"
KNOCK = """url => new Promise((resolve) => {
  const socket = new WebSocket(url.replace("http", "ws") + "ws/chat/door/");
  socket.onopen = () => resolve(true);
  socket.onclose = () => resolve(false);
})"""


@pytest.fixture
def named_address(members: Members, tmp_path: Path) -> Iterator[str]:
    """The stage under a name of its own, with the members' database."""
    (tmp_path / "named.py").write_text(SETTINGS)
    settings = {"PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "named"}
    database = {"DATABASE": str(members.path)}
    server = PageServer(members.server.stage, settings | database)
    try:
        server.start()
        yield server.address.replace("127.0.0.1", NAME)
    finally:
        server.stop()


class ForeignHandler(BaseHTTPRequestHandler):
    """Answers with an empty page."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def foreign_port() -> Iterator[int]:
    """The port of a server that is not ours. It does not care for the host's name."""
    with HTTPServer(("127.0.0.1", 0), ForeignHandler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def foreign_page(page: Page, host: str, port: int) -> Page:
    """Open a foreign page in another tab of a page's browser."""
    tab = page.context.new_page()
    tab.goto(f"http://{host}:{port}/")
    return tab


def is_member(page: Page, address: str) -> bool:
    """Return whether the browser sends the session's cookie when the page asks for the
    lobby: without it, the answer is a redirection.
    """
    with page.expect_response(address) as answered:
        page.evaluate(ASK, address)
    return answered.value.status == 200


def expect_refused(page: Page, address: str) -> None:
    """Try to open the chat's socket from a page: the server answers HTTP 403."""
    with page.expect_console_message(lambda said: said.text.endswith("code: 403")):
        assert not page.evaluate(KNOCK, address)


def test_another_site_gets_no_socket(
    open_page: OpenPage, members: Members, address: str, foreign_port: int
) -> None:
    """For a page of another site the browser keeps the cookie back: the socket is
    refused. A page of our own, in the same browser, opens it.
    """
    page = members.enter(open_page, "site", "alice")
    foreign = foreign_page(page, "localhost", foreign_port)
    assert is_member(page, address)
    assert not is_member(foreign, address)
    assert page.evaluate(KNOCK, address)
    expect_refused(foreign, address)


def test_another_host_of_the_site_gets_no_socket(
    open_page: OpenPage, members: Members, named_address: str, foreign_port: int
) -> None:
    """For a page of another host of the same site the browser does send the cookie:
    the socket is refused by its Origin alone.
    """
    state = members.state("alice")
    for cookie in state["cookies"]:
        cookie["domain"] = NAME
    page = enter(open_page, "host", address=named_address, storage_state=state)
    foreign = foreign_page(page, f"evil.{NAME}", foreign_port)
    assert is_member(foreign, named_address)
    assert page.evaluate(KNOCK, named_address)
    expect_refused(foreign, named_address)


def test_another_port_of_the_host_is_the_same_host(
    open_page: OpenPage, members: Members, address: str, foreign_port: int
) -> None:
    """The check of the Origin looks at the host, not at the port, and so does the
    browser: its cookie is for all ports, and whoever listens there can read it anyway.
    """
    page = members.enter(open_page, "port", "alice")
    foreign = foreign_page(page, "127.0.0.1", foreign_port)
    assert is_member(foreign, address)
    assert foreign.evaluate(KNOCK, address)
