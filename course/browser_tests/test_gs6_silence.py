"""Stage 6's pages and a server that does not answer."""

import signal
import sys

import pytest
from playwright.sync_api import expect

from course.browser_tests.chat import LOG, STATE, say
from course.browser_tests.login import Members
from course.browser_tests.messages import expect_all, fill
from course.browser_tests.page import OpenPage
from course.browser_tests.wire import anything, but, enter_by_wire, nothing, wait_until

STAGE = 6
BEAT = 15_100  # milliseconds, a little more than between two heartbeats
COME_BACK = 30_000  # milliseconds, the longest wait before another try
SILENT = "the server does not answer"


def test_a_connection_in_name_only_is_given_up(
    open_page: OpenPage, members: Members
) -> None:
    """If nothing comes back, the second heartbeat finds it out: the page connects anew,
    and what was said meanwhile is sent.
    """
    page, wire = enter_by_wire(open_page, members, "silent", "alice", clock=True)
    wire.inwards = wire.outwards = nothing
    say(page, "anybody?")
    page.clock.run_for(BEAT)
    expect(page.locator(STATE)).to_have_text("open")
    wire.inwards = wire.outwards = anything
    page.clock.run_for(BEAT)
    expect(page.locator("#frames .event", has_text=SILENT)).to_have_count(1)
    expect_all(page, "alice: anybody?")
    assert wire.connections == 2


def test_an_answer_on_its_way_is_no_silence(
    open_page: OpenPage, members: Members
) -> None:
    """A question that was asked just before a heartbeat is not held against the server:
    the page stays connected.
    """
    fill(members, "slow", 60)
    page, wire = enter_by_wire(open_page, members, "slow", "alice", clock=True)
    wire.inwards = but("history")
    page.get_by_role("button", name="Earlier messages").click()
    wait_until(page, lambda: len(wire.stopped) == 1)
    page.clock.run_for(BEAT)
    wait_until(page, lambda: len(wire.stopped) == 2)
    for answer in wire.stopped:
        wire.tell(answer)
    expect(page.locator(f"{LOG} [data-seq='1']")).to_be_attached()
    assert wire.connections == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot stop a process")
def test_a_handshake_without_an_answer_is_given_up(
    open_page: OpenPage, members: Members
) -> None:
    """A server that stands still takes connections, and that is all: the page does not
    wait for ever, and is there when the server goes on.
    """
    page = members.enter(open_page, "still", "alice")
    page.clock.install()
    page.reload()
    expect(page.locator(LOG)).to_contain_text("alice has joined")
    process = members.server.process
    assert process
    process.send_signal(signal.SIGSTOP)
    try:
        page.clock.run_for(2 * BEAT)
        silent = page.locator("#frames .event", has_text=SILENT)
        expect(silent).to_have_count(1)
        expect(page.locator(STATE)).to_have_text("connecting")
        page.clock.run_for(BEAT)
        expect(silent).to_have_count(2)
    finally:
        process.send_signal(signal.SIGCONT)
    page.clock.fast_forward(COME_BACK)
    expect(page.locator(STATE)).to_have_text("open")
    say(page, "hello")
    expect_all(page, "alice: hello")
