"""One asks for what was missed, and for what was before."""

import pytest
from accounts import make_user
from asgiref.sync import sync_to_async
from history import BATCH, BIGGEST, numbers, of, write
from storage import models


async def test_what_was_missed_is_pulled_in_batches(open_client):
    """The client asks for the next batch with the upto of the last, until there is no
    more: each message comes once, in order.
    """
    await write(250)
    alice = await open_client("alice", query="?after=0")
    frame = await alice.next_frame(type="history")
    batches = [numbers(frame)]
    while frame["more"]:
        await alice.ask(type="sync", after=frame["upto"])
        frame = await alice.next_frame(type="history")
        batches.append(numbers(frame))
    assert [len(batch) for batch in batches] == [BATCH, BATCH, BATCH, 10]
    assert sum(batches, []) == of(1, 250)


@pytest.mark.parametrize("after", [3, 7, BIGGEST])
async def test_a_sync_is_answered_even_with_nothing(member, after):
    """It is a heartbeat: one frame, and upto is what was asked, as after is."""
    alice = await member(3)
    await alice.ask(type="sync", after=after)
    assert await alice.next_frame() == {
        "type": "history",
        "messages": [],
        "upto": after,
        "more": False,
        "after": after,
    }


async def test_a_sync_is_answered_once(member, enter):
    """By one frame to the one who asked; bob gets what is said next."""
    alice = await member(3)
    bob = await enter("bob")
    await bob.next_frame(type="user_list")
    await alice.next_frame(type="user_join", user="bob")
    await alice.ask(type="sync", after=1)
    await alice.say("hello")
    assert numbers(await alice.next_frame()) == [2, 3]
    for _ in range(2):
        assert (await alice.next_frame())["type"] in ("ack", "chat_message")
    assert (await bob.next_frame())["message"] == "hello"


async def test_what_nobody_was_told_comes_with_the_next_sync(enter):
    """A server ends between the commit and the broadcast: the message is stored, and
    no page has got it. It is there when one asks.
    """
    models()
    alice = await enter("alice")
    await alice.say("one")
    await alice.next_frame(type="chat_message")
    from chat.store import save_all

    room = await models().Room.objects.aget(name="red")
    bob = await sync_to_async(make_user)("bob")
    draft = {"author_id": bob.pk, "name": "bob", "text": "two", "client_id": None}
    ((message, new),) = await sync_to_async(save_all)(room.pk, [draft])
    assert (message.seq, new) == (2, True)
    await alice.say("three")
    assert (await alice.next_frame(type="chat_message"))["seq"] == 3
    await alice.ask(type="sync", after=1)
    frame = await alice.next_frame(type="history")
    assert [row["message"] for row in frame["messages"]] == ["two", "three"]


@pytest.mark.parametrize(
    ("before", "first", "more"),
    [
        (101, 21, True),
        (82, 2, True),
        (81, 1, False),
        (2, 1, False),
        (BIGGEST, 21, True),
    ],
)
async def test_one_can_page_back(member, before, first, more):
    """{"type": "history", "before": n}: those before it, at most 80, and in the order
    in which they were said; more says whether there are earlier ones.
    """
    alice = await member(100)
    await alice.ask(type="history", before=before)
    frame = await alice.next_frame(type="history")
    last = min(before - 1, 100)
    assert numbers(frame) == of(first, last)
    assert (frame["upto"], frame["more"]) == (last, more)


@pytest.mark.parametrize("before", [0, 1])
async def test_before_the_first_there_is_nothing(member, before):
    """That is no error."""
    alice = await member(3)
    await alice.ask(type="history", before=before)
    frame = await alice.next_frame(type="history")
    assert (numbers(frame), frame["more"]) == ([], False)


@pytest.mark.parametrize(("type", "key"), [("sync", "after"), ("history", "before")])
@pytest.mark.parametrize(
    "number",
    [
        "missing",
        True,
        False,
        -1,
        BIGGEST + 1,
        10**40,
        "3",
        "",
        None,
        1.0,
        1e400,
        [],
        {},
    ],
    ids=repr,
)
async def test_a_bad_number_is_an_error(member, type, key, number):
    """It is a whole number that the database can count to. The connection lives on."""
    alice = await member(3)
    content = {} if number == "missing" else {key: number}
    await alice.ask(type=type, **content)
    error = await alice.next_frame()
    assert set(error) == {"type", "code", "message"}
    assert (error["type"], error["code"]) == ("error", "invalid_message")
    await alice.ask(type=type, **{key: 2})
    assert len((await alice.next_frame(type="history"))["messages"]) == 1
