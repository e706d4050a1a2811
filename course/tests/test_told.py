"""The order of a transcript's rows: that of the story, the same in every run."""

from course.wire.row import NOBODY, Row
from course.wire.told import as_told


def handler(browser: str, event: str, *then: str) -> list[Row]:
    """Return the rows of one handler: its start, and what it does."""
    start = Row(0, browser, False, event=event, lane="layer", starts=True)
    return [start, *(Row(0, browser, True, event=each, lane="layer") for each in then)]


def events(rows: list[Row]) -> list[str]:
    """Return whose rows they are, and what they show."""
    return [f"{row.browser} {row.event}" for row in rows]


ALICE, BOB = handler("alice", "asked", "frame", "answer"), handler("bob", "told", "got")


def test_rows_stand_where_the_story_looks_at_them() -> None:
    """However the rows of two connections interleave, the story's order decides."""
    for rows in ([*ALICE, *BOB], [*BOB, *ALICE], [BOB[0], *ALICE, BOB[1]]):
        assert events(as_told(rows, [BOB[1], ALICE[1]])) == [
            "bob told",
            "bob got",
            "alice asked",
            "alice frame",
            "alice answer",
        ]


def test_two_connections_of_one_browser_are_apart() -> None:
    """A request of a browser does not break into what its WebSocket is given."""
    post, answer = (Row(0, "alice", True, event=event) for event in ("POST", "302"))
    post.client = answer.client = 1
    post.starts = True
    for rows in ([post, *ALICE, answer], [post, answer, *ALICE]):
        told = as_told(rows, [post, answer, ALICE[1]])
        assert events(told) == events([post, answer, *ALICE])


def test_what_was_before_stands_before() -> None:
    """A handler that nobody looked at stands before the next one of its connection."""
    rows = [*handler("bob", "join"), *ALICE, *BOB]
    assert events(as_told(rows, [ALICE[1], BOB[1]]))[3:] == [
        "bob join",
        "bob told",
        "bob got",
    ]


def test_a_handler_is_told_once() -> None:
    """A second look at what one handler did tells nothing again."""
    assert len(as_told([*ALICE, *BOB], [ALICE[1], BOB[1], ALICE[2]])) == 5


def test_answers_stand_in_the_order_of_the_story() -> None:
    """Two answers, of which either may arrive first, are told in one order."""
    one, other = handler("bob", "one", "got"), handler("bob", "other", "got")
    looked_at = [one[1], other[1]]
    assert as_told([*one, *other], looked_at) == as_told([*other, *one], looked_at)
    assert events(as_told([*other, *one], looked_at))[0] == "bob one"


def test_what_nobody_looked_at_is_last() -> None:
    """The rest stands at the end, one browser after the other."""
    rows = [*handler("bob", "b"), *handler("alice", "a"), *BOB]
    rest = [*handler("bob", "late"), *handler("alice", "late")]
    told = events(as_told([*rows, *rest], [BOB[1]]))
    assert told == ["bob b", "bob told", "bob got", "alice a", "alice late", "bob late"]


def test_a_look_at_another_step_is_no_matter() -> None:
    """What was looked at in an earlier step does not count in this one."""
    assert events(as_told(BOB, [*ALICE, BOB[0]])) == ["bob told", "bob got"]


def test_what_waits_for_the_server_is_told_after_it() -> None:
    """A handler that goes on after a transaction of the server's own is told in two
    parts; other servers' handlers are not."""
    start, group_send, ack = handler("alice", "receive", "group_send", "ack")
    begin, commit = handler(NOBODY, "BEGIN", "COMMIT")
    other = handler("bob", "join", "got")
    for row in (start, group_send, ack, begin, commit):
        row.server = 1
    for row in other:
        row.server = 2
    rows = [other[0], start, begin, commit, other[1], group_send, ack]
    told = as_told(rows, [start, commit, ack, other[0]])
    assert events(told) == [
        "alice receive",
        " BEGIN",
        " COMMIT",
        "alice group_send",
        "alice ack",
        "bob join",
        "bob got",
    ]


def test_two_servers_own_rows_are_apart() -> None:
    """However they interleave, each server's stand together, in a certain order."""
    one, two = handler(NOBODY, "1", "1"), handler(NOBODY, "2", "2")
    for row in (*one, *two):
        row.server = int(row.event)
    for rows in ([one[0], *two, one[1]], [two[0], *one, two[1]]):
        assert events(as_told(rows, [])) == [" 1", " 1", " 2", " 2"]
