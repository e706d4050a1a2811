"""What the browser tests do with numbered messages, in the page and in the database."""

from collections.abc import Sequence

from playwright.sync_api import Page, expect

from course.browser_tests.chat import LOG, MESSAGE_INPUT
from course.browser_tests.login import Members

MESSAGES = f"{LOG} .message"
PRIVATE = f"{LOG} .private"
PSST = "/pm bob psst"
HEARD = "alice, to you alone: psst\n"  # by bob
ROOM = "INSERT INTO chat_room (name, seq) VALUES (?, 0) ON CONFLICT DO NOTHING"
FILL = """
    INSERT INTO chat_message (room_id, seq, author_id, name, text, created)
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT ?)
    SELECT room.id, room.seq + n, bob.id, username, room.seq + n, datetime('now')
    FROM number, chat_room room, auth_user bob
    WHERE room.name = ? AND bob.username = 'bob'
"""
COUNT = "UPDATE chat_room SET seq = seq + ? WHERE name = ?"


def fill(members: Members, room: str, number: int) -> None:
    """Store messages of bob's, of which nobody is told: each says its number."""
    members.execute(ROOM, room)
    assert members.execute(FILL, number, room) == number
    members.execute(COUNT, number, room)


def empty(members: Members, room: str) -> None:
    """Take a room's messages out of the database, as if it were another one."""
    mine = "SELECT id FROM chat_room WHERE name = ?"
    members.execute(f"DELETE FROM chat_message WHERE room_id = ({mine})", room)
    members.execute("UPDATE chat_room SET seq = 0 WHERE name = ?", room)


def reload(page: Page) -> None:
    """Load a room's page anew, and wait until one can type."""
    page.reload()
    expect(page.locator(MESSAGE_INPUT)).to_be_focused()


def expect_messages(page: Page, *texts: str, state: str | None = None) -> None:
    """Wait until a room's log has just these messages, in this order.

    Args:
        page: The room's page.
        texts: Each with its author.
        state: What all of them say of their way to the server, if it matters.
    """
    found = page.locator(MESSAGES)
    expect(found).to_have_text([f"{text}\n" for text in texts])
    if state:
        expect(page.locator(f"{MESSAGES}[data-state={state}]")).to_have_count(
            len(texts)
        )


def expect_all(page: Page, *texts: str) -> None:
    """Wait until a room's log has just these messages, and the room has all of them:
    they are numbered from 1.
    """
    expect(page.locator(f"{LOG} [data-seq]")).to_have_text([f"{t}\n" for t in texts])
    expect_messages(page, *texts)
    assert numbers(page) == list(range(1, len(texts) + 1))


def numbers(page: Page) -> list[int]:
    """Return the numbers of the messages in a room's log, from the first line down."""
    seqs: Sequence[str] = page.locator(f"{LOG} [data-seq]").evaluate_all(
        "lines => lines.map(line => line.dataset.seq)"
    )
    return [int(seq) for seq in seqs]


def expect_numbers(page: Page, first: int, last: int) -> None:
    """Wait until a room's log has the messages from the first to the last."""
    for seq in (first, last):
        expect(page.locator(f"{LOG} [data-seq='{seq}']")).to_be_attached()
    assert numbers(page) == list(range(first, last + 1))
