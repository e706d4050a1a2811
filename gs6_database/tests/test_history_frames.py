"""A frame of history says what it answers, and is never too long for a slow link."""

import json

import pytest
from history import BIGGEST, numbers, of, write

LIMIT = 32 * 1024  # bytes of a frame
LONGEST = 2000  # characters of a message


def long(number):
    """Return a message that takes 8,000 bytes."""
    return LONGEST * "\N{SLIGHTLY SMILING FACE}"


@pytest.fixture
async def frame_of(open_client):
    """Come into a room, ask something, and return the answer, whatever came before."""

    async def ask(query="", **question):
        alice = await open_client("alice", query=query)
        frame = await alice.next_frame(type="history")
        if question:
            await alice.ask(**question)
            frame = await alice.next_frame(type="history")
        size = len(json.dumps(frame, ensure_ascii=False).encode())
        assert size <= LIMIT
        return frame

    return ask


@pytest.mark.parametrize(
    ("query", "question", "answered"),
    [
        ("", {}, {}),
        ("?after=3", {}, {"after": 3}),
        ("?after=5", {}, {"after": 5}),
        ("?after=6", {}, {}),
        ("?after=x", {}, {}),
        ("", {"type": "sync", "after": 2}, {"after": 2}),
        ("", {"type": "sync", "after": BIGGEST}, {"after": BIGGEST}),
        ("?after=1", {"type": "history", "before": 4}, {"before": 4}),
        ("", {"type": "history", "before": BIGGEST}, {"before": BIGGEST}),
    ],
)
async def test_it_says_which_question_it_answers(frame_of, query, question, answered):
    """after or before, as it was asked. An ?after= that counts as none is not said: a
    bad one, or one beyond the end, which is of another database.
    """
    await write(5)
    frame = await frame_of(query, **question)
    assert {key: frame[key] for key in ("after", "before") if key in frame} == answered


async def test_the_last_ones_are_those_that_fit(frame_of):
    """Of long messages a newcomer gets the newest, and is told that there are more."""
    await write(60, text=long)
    frame = await frame_of()
    assert numbers(frame) == of(57, 60)
    assert (frame["upto"], frame["more"]) == (60, True)


async def test_what_was_missed_comes_as_far_as_it_fits(frame_of):
    """The oldest first; upto says from where to go on."""
    await write(60, text=long)
    frame = await frame_of("?after=10")
    assert numbers(frame) == of(11, 14)
    assert (frame["upto"], frame["more"]) == (14, True)


async def test_earlier_ones_come_as_far_as_they_fit(frame_of):
    """Those just before, in their order, whether there are more or not."""
    await write(6, text=long)
    frame = await frame_of(type="history", before=6)
    assert numbers(frame) == of(2, 5)
    assert (frame["upto"], frame["more"]) == (5, True)
    frame = await frame_of(type="history", before=2)
    assert numbers(frame) == of(1, 1)
    assert (frame["upto"], frame["more"]) == (1, False)


async def test_one_message_always_comes(frame_of, monkeypatch):
    """However long it is: nobody would get past it."""
    await write(3, text=long)
    monkeypatch.setattr("chat.store.BATCH_BYTES", 100)
    frame = await frame_of("?after=1")
    assert (numbers(frame), frame["more"]) == ([2], True)
