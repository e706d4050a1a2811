"""The wire in the demo's process: the rows of SQL, and of a server's own."""

import pytest

from course.wire.events import Event
from course.wire.row import NOBODY
from course.wire.timeline import Timeline
from course.wire.transactions import is_hidden

ALICE = 1  # her TCP port
BATCH = ("BEGIN", "UPDATE room: seq + 2", "INSERT 2 messages", "COMMIT")


@pytest.fixture
def timeline() -> Timeline:
    """A timeline of the browser alice."""
    timeline = Timeline()
    timeline.name(ALICE, "alice")
    return timeline


def statement(text: str, client: int = 0, transaction: int = 1) -> Event:
    """Return what server 2 reports of a statement."""
    type = {"UPDATE": "UPDATE room", "INSERT": "INSERT message"}
    word = text.partition(" ")[0]
    shown = (type.get(word, text), 0.0, client, text)
    return Event("sql", "up", *shown, server=2, transaction=transaction)


async def run(timeline: Timeline, *texts: str, client: int = 0) -> list[str]:
    """Report statements, and return what all rows show."""
    for text in texts:
        await timeline.report(statement(text, client))
    return [row.event for row in timeline.ordered]


async def test_a_statement_has_a_row(timeline: Timeline) -> None:
    """It is complete at once, and belongs to a browser or to the server alone."""
    assert await run(timeline, *BATCH, client=ALICE) == list(BATCH)
    assert await run(timeline, *BATCH) == [*BATCH, *BATCH]
    rows = timeline.ordered
    assert [row.browser for row in rows] == ["alice"] * 4 + [NOBODY] * 4
    assert all(row.complete and row.server == 2 for row in rows)
    assert [row.starts for row in rows] == [False] * 4 + [True, False, False, False]


async def test_a_transaction_that_shows_nothing_has_no_row(timeline: Timeline) -> None:
    """That of a login is one: its statements are not reported."""
    assert await run(timeline, "BEGIN", "SAVEPOINT", "RELEASE", "COMMIT") == []
    timeline.hidden = {"INSERT message", "UPDATE room: seq + 2"}
    assert await run(timeline, *BATCH) == []
    timeline.hidden = {"INSERT"}
    assert await run(timeline, *BATCH) == [BATCH[0], BATCH[1], BATCH[3]]


async def test_a_frame_can_be_left_out(timeline: Timeline) -> None:
    """So can single statements, in a transaction or outside of one."""
    timeline.hidden = {"SAVEPOINT", "COMMIT", "SELECT room"}
    await timeline.report(statement("SELECT room", transaction=0))
    texts = ("BEGIN", "SAVEPOINT", "INSERT 1 message", "COMMIT")
    assert await run(timeline, *texts) == ["BEGIN", "INSERT 1 message"]


async def test_transactions_of_two_servers_are_apart(timeline: Timeline) -> None:
    """Each process counts its own."""
    other = Event("sql", "up", "BEGIN", text="BEGIN", server=1, transaction=1)
    await timeline.report(other)
    assert await run(timeline, *BATCH) == list(BATCH)


@pytest.mark.parametrize(
    ("hidden", "so"),
    [
        ("INSERT", True),
        ("message", True),
        ("INSERT message", True),
        ("INSERT 2 messages", True),
        ("INSERT 1 message", False),
        ("SELECT", False),
    ],
)
def test_what_is_left_out(hidden: str, so: bool) -> None:
    """A verb, a table, both, or all that is shown of a statement."""
    assert is_hidden(statement("INSERT 2 messages"), {hidden}) == so


async def test_a_statement_can_be_waited_for(timeline: Timeline) -> None:
    """The next of this step that was not waited for, of this server."""
    await run(timeline, *BATCH)
    timeline.since = len(timeline.ordered)
    await run(timeline, *BATCH, *BATCH)
    first = await timeline.ran("COMMIT", 2, 0)
    assert first is timeline.ordered[7]
    timeline.looked_at.append(first)
    assert await timeline.ran("COMMIT", 2, 0) is timeline.ordered[11]
    for text, server in (("COMMIT", 1), ("SELECT", 2)):
        with pytest.raises(TimeoutError):
            await timeline.ran(text, server, 0.01)


async def test_what_is_nobodys_is_no_commands(timeline: Timeline) -> None:
    """A story that waits for a command is not woken by a server."""
    await run(timeline, *BATCH)
    assert timeline.heard == set()
    await timeline.report(Event("sql", "up", "SELECT room", text="SELECT room"))
    assert timeline.heard == {0}


async def test_what_is_done_to_a_process_has_a_row(timeline: Timeline) -> None:
    """It is the server's own, and so is nothing that its browser sees of it."""
    await timeline.report(Event("server", "process", "", text="killed", server=2))
    lost = await timeline.lost(ALICE, 2, "lost: 1006")
    killed = timeline.ordered[0]
    assert (killed.browser, killed.event, killed.server) == (NOBODY, "killed", 2)
    assert (lost.browser, lost.seen, lost.server) == ("alice", "lost: 1006", 2)
    assert killed.complete and lost.complete
