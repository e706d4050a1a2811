"""What was said before comes with the welcome; or what was missed, if one says what."""

import uuid

import pytest
from history import BIGGEST, numbers, of, write
from storage import models


async def first_history(open_client, query=""):
    """Return the frame of history that a newcomer gets."""
    alice = await open_client("alice", query=query)
    return await alice.next_frame(type="history")


async def test_it_comes_after_the_welcome(open_client):
    """The second frame, even if there is nothing to tell."""
    models()
    alice = await open_client("alice")
    assert (await alice.next_frame())["type"] == "welcome"
    assert await alice.next_frame() == {
        "type": "history",
        "messages": [],
        "upto": 0,
        "more": False,
    }


@pytest.mark.parametrize(
    ("number", "first", "more"),
    [(1, 1, False), (50, 1, False), (51, 2, True), (200, 151, True)],
)
async def test_a_newcomer_gets_the_last_50(open_client, number, first, more):
    """In the order in which they were said, and whether there are earlier ones."""
    await write(number)
    frame = await first_history(open_client)
    assert numbers(frame) == of(first, number)
    assert (frame["upto"], frame["more"]) == (number, more)


async def test_a_message_looks_as_it_did_live(enter, open_client):
    """All that its chat_message had, but for the type: a page shows it in one way."""
    models()
    alice = await enter("alice")
    await alice.say("hi \N{SLIGHTLY SMILING FACE}", client_id=str(uuid.uuid4()))
    live = await alice.next_frame(type="chat_message")
    (message,) = (await first_history(open_client))["messages"]
    assert message | {"type": "chat_message"} == live


async def test_a_room_has_its_own(open_client):
    """Nothing of another room is among it."""
    await write(3, room="blue")
    await write(2)
    frame = await first_history(open_client)
    assert numbers(frame) == [1, 2]


@pytest.mark.parametrize(
    ("after", "last", "more"),
    [(0, 80, True), (19, 99, True), (20, 100, False), (70, 100, False)],
)
async def test_who_was_here_gets_what_was_missed(open_client, after, last, more):
    """?after= names the last message that the client has: it gets those that follow,
    at most 80, and whether there are later ones.
    """
    await write(100)
    frame = await first_history(open_client, f"?after={after}")
    assert numbers(frame) == of(after + 1, last)
    assert (frame["upto"], frame["more"]) == (last, more)


async def test_who_has_missed_nothing_gets_nothing(open_client):
    """upto is then what was asked."""
    await write(60)
    frame = await first_history(open_client, "?after=60")
    assert (numbers(frame), frame["upto"], frame["more"]) == ([], 60, False)


@pytest.mark.parametrize(
    "after",
    [
        "",
        "x",
        "-1",
        "%2B5",
        "1.0",
        "1e1",
        "0x1",
        "1_0",
        "%205",
        "5%0A",
        "%00",
        "\N{ARABIC-INDIC DIGIT FIVE}",
        "%D9%A5",
        "%B2",
        40 * "1",
        19 * "9",
        str(BIGGEST),
        str(BIGGEST + 1),
        "61",
    ],
)
async def test_a_bad_after_counts_as_none(open_client, after):
    """What is no number, or beyond the end: then the client remembers another database.
    It gets what a newcomer gets.
    """
    await write(60)
    frame = await first_history(open_client, f"?after={after}")
    assert numbers(frame) == of(11, 60)


async def test_of_two_afters_the_first_counts(open_client):
    """Nobody needs two."""
    await write(60)
    frame = await first_history(open_client, "?after=58&after=3")
    assert numbers(frame) == [59, 60]
