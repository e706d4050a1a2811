"""Stage 4's pages: the lobby, and a room in which browsers hear each other."""

import re

from playwright.sync_api import expect

from course.browser_tests.chat import (
    LOG,
    MESSAGE_INPUT,
    ROOM_INPUT,
    STATE,
    announce,
    enter,
    expect_users,
    own_name,
    say,
)
from course.browser_tests.page import OpenPage, entries

STAGE = 4
LONGEST_NAME = 50  # characters
BAD_NAMES = [("Room", ""), ("Room", "a b"), ("Room", "é"), ("Nickname", "<b>")]
# It speaks the protocol of the official tutorial's page, and knows nothing else.
TUTORIALS_PAGE = """<!doctype html>
<textarea id="seen"></textarea>
<input id="entry">
<script>
  const socket = new WebSocket(`ws://${location.host}/ws/chat/tutorial/`);
  socket.onopen = () => { document.title = "open"; };
  socket.onmessage = ({ data }) => { seen.value += `${JSON.parse(data).message}\\n`; };
  entry.onkeyup = ({ key }) => {
    if (key !== "Enter") return;
    socket.send(JSON.stringify({ message: entry.value }));
    entry.value = "";
  };
</script>
"""


def test_the_lobby_leads_to_a_room(open_page: OpenPage, address: str) -> None:
    """The room's name is typed where the focus is, and Enter leads to its page."""
    page = open_page()
    expect(page.locator(ROOM_INPUT)).to_be_focused()
    say(page, "red")
    expect(page).to_have_url(f"{address}chat/red/")
    expect(page.locator(STATE)).to_have_text("open")
    assert re.fullmatch("guest-[0-9a-f]{4}", own_name(page))


def test_a_nickname_is_taken_along(open_page: OpenPage, address: str) -> None:
    """With a nickname, it is in the address, and one has this name in the room."""
    page = open_page()
    page.get_by_label("Nickname").fill("alice")
    page.get_by_label("Room").fill("nick")
    page.get_by_role("button", name="Enter").click()
    expect(page).to_have_url(f"{address}chat/nick/?name=alice")
    assert own_name(page) == "alice"
    expect_users(page, "alice")


def test_a_bad_name_is_not_sent(open_page: OpenPage, address: str) -> None:
    """The browser itself says what a name may be; nothing is asked of the server."""
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    too_long = (LONGEST_NAME + 1) * "x"
    for label, name in [*BAD_NAMES, ("Room", too_long)]:
        field = page.get_by_label(label)
        good = field.input_value()
        field.fill(name)
        page.keyboard.press("Enter")
        assert not field.evaluate("field => field.checkValidity()")
        field.fill(good)
    assert asked == []
    page.get_by_label("Room").fill(LONGEST_NAME * "x")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}chat/{LONGEST_NAME * 'x'}/")


def test_the_keyboard_is_enough(open_page: OpenPage) -> None:
    """From the lobby to a message, and back, without the mouse."""
    page = open_page()
    expect(page.locator(ROOM_INPUT)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type("keys")
    page.keyboard.press("Enter")
    expect(page.locator(MESSAGE_INPUT)).to_be_focused()
    page.keyboard.type("hello")
    page.keyboard.press("Enter")
    expect(page.locator(LOG)).to_contain_text("alice: hello")
    expect(page.locator(MESSAGE_INPUT)).to_be_focused()
    for key in ("Shift+Tab", "Shift+Tab", "Enter"):  # past the messages
        page.keyboard.press(key)
    expect(page.locator(ROOM_INPUT)).to_be_focused()


def test_a_message_reaches_the_room_and_no_other(open_page: OpenPage) -> None:
    """Every window of the room has it within 2 s; a window of another room never."""
    alice = enter(open_page, "here", "alice")
    bob = enter(open_page, "here", "bob")
    stranger = enter(open_page, "elsewhere", "stranger")
    expect(alice.locator(MESSAGE_INPUT)).to_be_focused()
    say(alice, "hello")
    for page in (alice, bob):
        expect(page.locator(LOG)).to_contain_text("alice: hello", timeout=2000)
    say(stranger, "anybody?")  # an answer to alice's message would come before it
    expect(stranger.locator(LOG)).to_contain_text("stranger: anybody?")
    assert "hello" not in stranger.locator(LOG).inner_text()


def test_the_log_can_be_read_as_a_value(open_page: OpenPage) -> None:
    """The messages are the element's value, as in the tutorial's page, and its text."""
    page = enter(open_page, "value", "alice")
    say(page, "one")
    say(page, "two")
    expect(page.locator(LOG)).to_contain_text("alice: two")
    lines = ["alice has joined", "alice: one", "alice: two"]
    assert page.locator(LOG).evaluate("log => log.value").splitlines() == lines
    assert page.locator(LOG).inner_text().splitlines() == lines


def test_they_see_who_is_here(open_page: OpenPage) -> None:
    """Two browsers list each other, and who leaves is gone from the list."""
    alice = enter(open_page, "list", "alice")
    bob = enter(open_page, "list", "bob")
    for page in (alice, bob):
        expect_users(page, "alice", "bob")
    bob.get_by_role("link", name="Leave").click()
    expect_users(alice, "alice")
    expect(alice.locator(LOG)).to_contain_text("bob has left")


def test_an_announcement_reaches_the_rooms(open_page: OpenPage) -> None:
    """What is announced in the lobby stands in a room; the lobby says what it did."""
    room = enter(open_page, "announced", "alice")
    lobby = open_page()
    announce(lobby, "Closing at six.")
    expect(lobby.get_by_role("status")).to_have_text("Announced.")
    expect(room.locator(LOG)).to_contain_text("To everybody: Closing at six.")
    announce(lobby, " ")
    expect(lobby.get_by_role("alert")).to_have_text(
        "Not announced: the message is empty."
    )


def test_each_frame_is_listed(open_page: OpenPage, address: str) -> None:
    """The panel has each frame and event, in and out, with its time and its size."""
    page = enter(open_page, "frames", "alice")
    say(page, "héllo")
    expect(page.locator("#frames .in")).to_have_count(3)
    assert entries(page) == [
        f"event connecting to {address.replace('http', 'ws', 1)}"
        "ws/chat/frames/?name=alice",
        "event open",
        'in 54 B {"type": "welcome", "user": "alice", "room": "frames"}',
        'in 38 B {"type": "user_join", "user": "alice"}',
        'out 20 B {"message":"héllo"}',
        'in 66 B {"type": "chat_message", "user": "alice", "message": "h\\u00e9llo"}',
    ]
    times = page.locator("#frames li span:first-child").all_text_contents()
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3}", time) for time in times)


def test_the_tutorials_page_works(open_page: OpenPage) -> None:
    """A page that knows only {"message": ...} and data.message hears and is heard."""
    ours = enter(open_page, "tutorial", "alice")
    theirs = open_page()
    theirs.set_content(TUTORIALS_PAGE)
    expect(theirs).to_have_title("open")
    theirs.locator("#entry").fill("hello")
    theirs.keyboard.press("Enter")
    expect(theirs.locator("#seen")).to_have_value(re.compile("^hello$", re.M))
    expect(ours.locator(LOG)).to_contain_text(re.compile("guest-.{4}: hello"))
    say(ours, "welcome")
    expect(theirs.locator("#seen")).to_have_value(re.compile("^welcome$", re.M))
