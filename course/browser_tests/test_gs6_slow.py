"""Stage 6's pages over a slow link: slow is not silent."""

from playwright.sync_api import expect

from course.browser_tests.chat import LOG, STATE, say
from course.browser_tests.link import slow_link
from course.browser_tests.login import Members
from course.browser_tests.messages import expect_numbers, fill, numbers
from course.browser_tests.page import OpenPage, entries
from course.browser_tests.wire import Frame, anything, but, enter_by_wire, wait_until

STAGE = 6
SPEED = 16_000  # bytes in a second
BEAT = 15_100  # milliseconds, a little more than between two heartbeats
SILENT = "the server does not answer"
LENGTHEN = """
    UPDATE chat_message SET text = replace(hex(zeroblob(1000)), '0', '€')
    WHERE room_id = (SELECT id FROM chat_room WHERE name = ?)
"""


def test_long_messages_arrive_over_a_slow_link(
    open_page: OpenPage, members: Members
) -> None:
    """Fifty messages of 6 kB are too much for one frame: the last ones come soon, the
    earlier ones on demand, and the connection lasts.
    """
    fill(members, "slow-link", 60)
    members.execute(LENGTHEN, "slow-link")
    with slow_link(members.server.address, SPEED) as address:
        state = members.state("alice")
        page = open_page(f"{address}chat/slow-link/", storage_state=state)
        expect(page.locator(STATE)).to_have_text("open")
        expect(page.locator(f"{LOG} [data-seq='60']")).to_be_attached()
        first = numbers(page)[0]
        assert first > 50
        page.get_by_role("button", name="Earlier messages").click()
        expect(page.locator(f"{LOG} [data-seq='{first - 1}']")).to_be_attached()
        expect_numbers(page, numbers(page)[0], 60)
        assert not [entry for entry in entries(page) if "closed" in entry]
        page.context.close()


def test_the_first_history_may_take_a_minute(
    open_page: OpenPage, members: Members
) -> None:
    """A browser shows nothing of a frame before its end: the page waits longer for the
    first history than for the answer to a heartbeat, and then beats as always.
    """
    fill(members, "minute", 3)
    page, wire = enter_by_wire(open_page, members, "minute", "alice", clock=True)
    wire.inwards = but("history")
    page.reload()
    wait_until(page, lambda: len(wire.stopped) == 1)
    for _ in range(4):
        page.clock.run_for(BEAT)
    expect(page.locator(STATE)).to_have_text("open")
    assert wire.connections == 2
    wire.inwards = anything
    wire.tell(wire.stopped[0])
    expect_numbers(page, 1, 3)
    say(page, "hello")
    expect_numbers(page, 1, 4)
    wire.inwards = but("history")  # from now on its answers are missed
    page.clock.run_for(BEAT)
    page.clock.run_for(BEAT)
    expect(page.locator("#frames .event", has_text=SILENT)).to_have_count(1)


def test_a_first_history_that_never_comes_is_given_up(
    open_page: OpenPage, members: Members
) -> None:
    """Nothing for more than a minute: the connection is open in name only."""
    fill(members, "never", 3)
    page, wire = enter_by_wire(open_page, members, "never", "alice", clock=True)
    wire.inwards = but("history")
    page.reload()
    wait_until(page, lambda: len(wire.stopped) == 1)
    wire.inwards = but("history")
    for _ in range(5):
        page.clock.run_for(BEAT)
    expect(page.locator("#frames .event", has_text=SILENT)).to_have_count(1)


def test_any_frame_is_a_sign_of_life(open_page: OpenPage, members: Members) -> None:
    """While messages come, nobody is silent, even if an answer is late."""
    page, wire = enter_by_wire(open_page, members, "alive", "alice", clock=True)
    wire.inwards = but("history")
    announcement: Frame = {"type": "announcement", "message": "still here"}
    for number in range(1, 5):
        page.clock.run_for(BEAT)
        wire.tell(announcement)
        expect(page.locator(f"{LOG} .announcement")).to_have_count(number)
    expect(page.locator(STATE)).to_have_text("open")
    assert wire.connections == 1
