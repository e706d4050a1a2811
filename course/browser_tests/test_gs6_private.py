"""Stage 6's private messages: each is sent once, or not at all."""

import pytest
from playwright.sync_api import expect

from course.browser_tests.chat import LOG, say
from course.browser_tests.login import Members
from course.browser_tests.messages import (
    HEARD,
    MESSAGES,
    PRIVATE,
    PSST,
    expect_messages,
    reload,
)
from course.browser_tests.page import OpenPage
from course.browser_tests.wire import (
    Frame,
    anything,
    enter_by_wire,
    nothing,
    wait_until,
)

STAGE = 6
RATE = 20  # messages
PERIOD = 5_100  # milliseconds
TAKES = """texts => {
  const pattern = new RegExp(document.body.dataset.private);
  return texts.map(text => pattern.test(text));
}"""
TO_BOB = [
    *(
        "/pm",
        "/pm bob",
        "/pm bob ",
        "/pm bob psst",
        " \t/pm bob psst",
        "/pm  bob  psst ",
    ),
    *("\ufeff/pm bob psst", "/pm\ufeffbob psst", "\u200b/pm bob psst", "\n/pm bob x"),
    *("/pm\x1fbob psst", "/pm\x01bob psst", "/pm\x85bob psst", "/pm\xa0bob\xa0psst"),
    *("/pm\u2028bob psst", "\u180e/pm bob x", "/pm\u202ebob x", "/pm\nbob\nx\ny"),
]
TO_ALL = [
    *("/pmbob psst", "/PM bob psst", "x /pm bob psst", "//pm bob psst", "/pm: bob x"),
    *("\u3164/pm bob psst", "/pm\u3164bob psst", "/pm\u0301 bob x", "/\uff50m bob x"),
]


def test_a_private_message_is_sent_once(open_page: OpenPage, members: Members) -> None:
    """With its receipt it is a private line on both sides, and no message."""
    page, wire = enter_by_wire(open_page, members, "private", "alice")
    bob = members.enter(open_page, "private", "bob")
    say(page, PSST)
    expect(bob.locator(PRIVATE)).to_have_text(HEARD)
    expect(page.locator(PRIVATE)).to_have_text("You, to bob alone: psst\n")
    expect_messages(page)
    assert wire.said() == [PSST]


def test_a_private_message_to_nobody_has_failed(
    open_page: OpenPage, members: Members
) -> None:
    """Who is not here is told nothing, and the page says so."""
    page = members.enter(open_page, "nobody", "alice")
    say(page, "/pm nobody psst")
    expect_messages(page, "alice: /pm nobody psst", state="failed")
    error = page.locator(f"{LOG} .error")
    expect(error).to_have_text("Not sent: nobody is not here\n")
    expect(page.locator(PRIVATE)).to_have_count(0)


@pytest.mark.parametrize("how", ["cut", "reload"])
def test_a_private_message_is_never_repeated(
    open_page: OpenPage, members: Members, how: str
) -> None:
    """If the connection ends before the receipt, or the page is loaded anew, nobody
    knows whether it has arrived: it has failed, and is not sent again.
    """
    page, wire = enter_by_wire(open_page, members, f"once-{how}", "alice")
    bob = members.enter(open_page, f"once-{how}", "bob")
    wire.inwards = nothing
    say(page, PSST)
    expect(bob.locator(PRIVATE)).to_have_text(HEARD)
    if how == "cut":
        wire.cut()
        expect_messages(page, f"alice: {PSST}", state="failed")
    wire.inwards, wire.up = anything, True
    if how == "reload":
        reload(page)
    say(page, "hello")  # it would come after the repeat
    expect(bob.locator(MESSAGES)).to_have_text("alice: hello\n")
    # Before it is acknowledged, the page would send it again.
    expect(page.locator(f"{LOG} [data-state=sent]")).to_have_count(1)
    reload(page)
    say(page, "again")
    expect_messages(bob, "alice: hello", "alice: again")
    expect(bob.locator(PRIVATE)).to_have_text(HEARD)
    assert wire.said() == [PSST, "hello", "again"]


def test_page_and_server_agree_on_what_is_private(
    open_page: OpenPage, members: Members
) -> None:
    """Whatever stands before or after /pm: what the server passes on to one user, or
    refuses as such, the page takes for private, and nothing else.
    """
    page, wire = enter_by_wire(open_page, members, "agree", "alice")
    heard: list[str] = []

    def listen(frame: Frame) -> bool:
        if frame["type"] in ("ack", "error"):
            heard.append(str(frame.get("code", frame["type"])))
        return True

    wire.inwards = listen

    def answer(text: str) -> str:
        heard.clear()
        wire.hand_on({"message": text})
        wait_until(page, lambda: bool(heard))
        return heard[0]

    texts = [*TO_BOB, *TO_ALL]
    answers = [answer(text) for text in texts[:RATE]]
    page.wait_for_timeout(PERIOD)
    answers += [answer(text) for text in texts[RATE:]]
    assert set(answers[: len(TO_BOB)]) == {"not_here", "invalid_message"}
    assert set(answers[len(TO_BOB) :]) == {"ack"}
    takes = page.evaluate(TAKES, texts)
    assert takes == [True] * len(TO_BOB) + [False] * len(TO_ALL)


@pytest.mark.parametrize("text", ["\ufeff/pm bob psst", "/pm\x1fbob psst"], ids=ascii)
def test_an_odd_private_message_stays_private(
    open_page: OpenPage, members: Members, text: str
) -> None:
    """It is not stored, not repeated, and nobody but bob sees it."""
    page, wire = enter_by_wire(open_page, members, f"odd-{len(text)}", "alice")
    bob = members.enter(open_page, f"odd-{len(text)}", "bob")
    wire.outwards = nothing
    say(page, text)
    assert page.evaluate("localStorage.length") == 0
    wire.outwards = anything
    wire.hand_on(wire.sent[0])
    expect(bob.locator(PRIVATE)).to_have_text(HEARD)
    expect(page.locator(PRIVATE)).to_have_text("You, to bob alone: psst\n")
    expect_messages(bob)
