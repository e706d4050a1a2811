"""Stage 6's rooms: who is here, and how they look."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Dialog, expect

from course.browser_tests.blocks import (
    NAMES,
    TEXTS,
    expect_blocks,
    expect_own_beginnings,
)
from course.browser_tests.chat import LOG, MESSAGE_INPUT, enter, expect_users, say
from course.browser_tests.login import Members
from course.browser_tests.messages import expect_all, fill, reload
from course.browser_tests.page import OpenPage, contrast, is_cut_off
from course.browser_tests.wire import anything, enter_by_wire, no_message
from course.serving import PageServer

STAGE = 6
SHORT_LEASES = {"LEASE_SECONDS": "4", "SESSION_CHECK_SECONDS": "0.2"}
HOSTILE = """<img src="nowhere" onerror="alert('image')"><script>alert(1)</script>"""


def test_who_is_here_is_complete_after_a_reload(
    open_page: OpenPage, members: Members
) -> None:
    """A page that is loaded anew lists all who are in the room, and each once."""
    alice = members.enter(open_page, "who", "alice")
    members.enter(open_page, "who", "bob")
    expect_users(alice, "alice", "bob")
    alice.reload()
    expect_users(alice, "alice", "bob")


def test_who_was_on_a_killed_server_leaves(
    open_page: OpenPage, members: Members
) -> None:
    """Two servers have one database. One is killed, and cannot say who was there: when
    their leases have run out, the other one's pages see them leave.
    """
    servers = [
        PageServer(members.server.stage, {**members.server.environment, **SHORT_LEASES})
        for _ in range(2)
    ]
    with contextlib.ExitStack() as stack:
        for server in servers:
            stack.callback(server.stop)
        pool = stack.enter_context(ThreadPoolExecutor())
        list(pool.map(PageServer.start, servers))  # both at a time
        alice, _ = (
            enter(
                open_page,
                "lease",
                address=server.address,
                storage_state=members.state(name),
            )
            for server, name in zip(servers, ("alice", "bob"), strict=True)
        )
        expect_users(alice, "alice", "bob")
        process = servers[1].process
        assert process
        process.kill()
        expect(alice.locator(LOG)).to_contain_text("bob has left")
        expect_users(alice, "alice")


def test_hostile_text_stays_text(open_page: OpenPage, members: Members) -> None:
    """Markup is shown, and nothing is made of it: not while it is sending, nor when it
    is sent, nor in the history, nor in private.
    """
    page, wire = enter_by_wire(open_page, members, "hostile", "alice")
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    wire.outwards = no_message
    say(page, HOSTILE)
    sending = page.locator(f"{LOG} [data-state=sending]")
    expect(sending).to_have_text(f"alice: {HOSTILE}\n")
    wire.outwards = anything
    page.reload()
    expect_all(page, f"alice: {HOSTILE}")
    reload(page)
    expect_all(page, f"alice: {HOSTILE}")
    say(page, f"/pm alice {HOSTILE}")
    private = page.locator(f"{LOG} .private")
    expect(private.last).to_contain_text(f"alone: {HOSTILE}")
    assert page.locator("body").locator("img, script").count() == 0
    assert dialogs == []


def test_the_keyboard_is_enough(open_page: OpenPage, members: Members) -> None:
    """From the message to the earlier ones, and back, without the mouse."""
    fill(members, "keys", 60)
    page = members.enter(open_page, "keys", "alice")
    expect(page.locator(MESSAGE_INPUT)).to_be_focused()
    for key in ("Shift+Tab", "Shift+Tab", "Enter"):  # past the messages
        page.keyboard.press(key)
    expect(page.locator(f"{LOG} [data-seq='1']")).to_be_attached()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(MESSAGE_INPUT)).to_be_focused()
    say(page, "hello")
    expect(page.locator(f"{LOG} [data-seq='61']")).to_have_text("alice: hello\n")


def test_the_log_can_be_read_as_a_value(open_page: OpenPage, members: Members) -> None:
    """The messages are the element's value, without their states."""
    page = members.enter(open_page, "value", "alice")
    say(page, "one")
    expect_all(page, "alice: one")
    lines = page.locator(LOG).evaluate("log => log.value").splitlines()
    assert lines == ["alice has joined", "alice: one"]


def test_no_text_looks_like_another_entry(
    open_page: OpenPage, members: Members
) -> None:
    """Whatever a message holds, as history, sending or in private, it is a block of its
    own, in which only the beginning stands where an entry begins.
    """
    page, wire = enter_by_wire(open_page, members, "blocks", "alice")
    for text in TEXTS:
        wire.hand_on({"message": text})
    expect(page.locator(f"{LOG} [data-seq]")).to_have_count(len(TEXTS))
    page.reload()
    expect(page.locator(f"{LOG} [data-seq]")).to_have_count(len(TEXTS))
    wire.outwards = no_message
    for text in TEXTS:
        say(page, text)
    wire.tell({"type": "private_message", "user": NAMES[1], "message": TEXTS[0]})
    expect(page.locator(f"{LOG} .private")).to_have_count(1)
    expect_blocks(page, LOG)
    expect_own_beginnings(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_state_has_contrast(
    open_page: OpenPage, members: Members, scheme: str
) -> None:
    """All text is told from its background by 4.5 to 1 (WCAG 2.2, criterion 1.4.3), is
    no smaller than 18 px, and nothing is cut off at 1024, 400 or 360 px.
    """
    page, wire = enter_by_wire(open_page, members, f"looks-{scheme}", "alice")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    fill(members, f"looks-{scheme}", 60)
    for text in ("/pm nobody psst", "/pm alice psst", 100 * "x"):
        say(page, text)
    # It stands among those before it now: no line is replaced any more.
    expect(page.locator(f"{LOG} [data-seq='61']")).to_be_attached()
    wire.outwards = no_message
    say(page, "on its way")
    paper = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    states = [f"[data-state={state}]" for state in ("sending", "sent", "failed")]
    for part in (*states, ".private", ".error", ".event", ".message"):
        style = page.locator(f"{LOG} {part}").first
        colour = style.evaluate("e => getComputedStyle(e).color")
        assert contrast(colour, paper) >= 4.5
        mark = "e => parseFloat(getComputedStyle(e, '::before').fontSize)"
        assert style.evaluate(mark) >= 18
    for width in (1024, 400, 360):
        assert not is_cut_off(page, width)
