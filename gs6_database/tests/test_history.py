"""What was said before, and what was missed: nothing is lost between the two."""

import contextlib
import json
import threading
import uuid

import pytest
from accounts import make_user
from asgiref.sync import sync_to_async
from storage import fill, models, stored

RECENT = 50  # messages that a newcomer gets
BATCH = 80  # messages in a frame
LIMIT = 2**20  # bytes, which the websockets library takes, and others
BIGGEST = 2**63 - 1
JOINS = 30

write = sync_to_async(fill)


def numbers(frame):
    """Return the numbers of the messages in a frame of history."""
    return [message["seq"] for message in frame["messages"]]


def of(first, last):
    """Return the numbers from one to another."""
    return list(range(first, last + 1))


async def first_history(open_client, query=""):
    """Return the frame of history that a newcomer gets."""
    alice = await open_client("alice", query=query)
    return await alice.next_frame(type="history")


@pytest.fixture
async def member(enter):
    """Enter a room in which as many messages have been said."""

    async def enter_one(number):
        await write(number)
        return await enter("alice")

    return enter_one


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
    """It is a heartbeat: one frame, and upto is what was asked."""
    alice = await member(3)
    await alice.ask(type="sync", after=after)
    assert await alice.next_frame() == {
        "type": "history",
        "messages": [],
        "upto": after,
        "more": False,
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


async def ask_often(client, number):
    """Ask for what was said, in both ways, so many times; return the answers' types."""
    for turn in range(number):
        if turn % 2:
            await client.ask(type="sync", after=0)
        else:
            await client.ask(type="history", before=1)
    return [(await client.next_frame())["type"] for _ in range(number)]


async def test_asking_has_a_limit(member, settings):
    """As many as one may send messages, sync and history together. The error says when
    to ask again, and names no message.
    """
    settings.RATE = 3
    alice = await member(3)
    assert await ask_often(alice, 3) == 3 * ["history"]
    await alice.ask(type="sync", after=0)
    error = await alice.next_frame()
    assert set(error) == {"type", "code", "message", "retry_after"}
    assert error["code"] == "rate_limited"


async def test_asking_does_not_use_up_what_one_may_say(member, settings):
    """Who has asked too often can still speak."""
    settings.RATE = 3
    alice = await member(3)
    assert await ask_often(alice, 4) == [*3 * ["history"], "error"]
    for _ in range(3):
        await alice.say("hello")
        await alice.next_frame(type="ack")


async def test_speaking_does_not_use_up_what_one_may_ask(member, settings):
    """Who has said too much can still catch up."""
    settings.RATE = 3
    alice = await member(3)
    for _ in range(4):
        await alice.say("hello")
    assert (await alice.next_frame(type="error"))["code"] == "rate_limited"
    assert await ask_often(alice, 3) == 3 * ["history"]


async def test_a_bad_number_does_not_count(member, settings):
    """As bad messages do not."""
    settings.RATE = 3
    alice = await member(3)
    for _ in range(4):
        await alice.ask(type="sync", after="x")
        assert (await alice.next_frame())["code"] == "invalid_message"
    assert await ask_often(alice, 3) == 3 * ["history"]


@pytest.mark.parametrize(
    "character",
    ["\x01", "\N{SLIGHTLY SMILING FACE}", '"'],
    ids=["control", "emoji", "quote"],
)
def test_a_full_frame_arrives(keep, character):
    """The longest messages of the longest names, in the characters that take the most
    room: it is below 1 MiB, more than which many clients do not take.
    """
    author = 150 * "\U00020000"  # a letter of four bytes
    fill(BATCH, author=author, text=lambda _: 2000 * character)
    for row in stored():
        row.client_id = uuid.uuid4()
        row.save()
    server = keep("daphne")
    path, headers = server.door("alice")
    with server.connect(f"{path}?after=0", additional_headers=headers) as alice:
        frames = [alice.recv(), alice.recv()]
    assert len(frames[1].encode()) < LIMIT
    frame = json.loads(frames[1])
    assert numbers(frame) == of(1, BATCH)
    assert {(row["user"], row["message"]) for row in frame["messages"]} == {
        (author, 2000 * character)
    }


@contextlib.contextmanager
def talk(server):
    """Have somebody say one thing after another for the time of a with statement."""
    over = threading.Event()

    def run():
        while not over.wait(0.01):  # often enough, and not as fast as it can
            speaker.say("and")
            speaker.next_frame(type="ack")

    with server.enter("speaker") as speaker:
        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def test_nothing_falls_between_history_and_what_comes_live(two_fast):
    """Thirty come in while somebody talks, in one process or the other: each has, of
    its history and what came after it, every number from the first to the last.
    """
    models()
    with talk(two_fast[0]):
        for turn in range(JOINS):
            server = two_fast[turn % 2]
            path, headers = server.door("listener")
            with server.connect(path, additional_headers=headers) as listener:
                history = listener.next_frame(type="history")
                have = set(numbers(history))
                while max(have, default=0) < history["upto"] + 3:
                    have.add(listener.next_frame(type="chat_message")["seq"])
            assert sorted(have) == of(min(have), max(have))


async def test_what_nobody_was_told_comes_with_the_next_sync(enter):
    """A server ends between the commit and the broadcast: the message is stored, and
    no page has got it. It is there when one asks.
    """
    models()
    alice = await enter("alice")
    await alice.say("one")
    await alice.next_frame(type="chat_message")
    from chat.store import save

    room = await models().Room.objects.aget(name="red")
    bob = await sync_to_async(make_user)("bob")
    draft = {"author_id": bob.pk, "text": "two", "client_id": None}
    ((message, new),) = await sync_to_async(save)(room.pk, [draft])
    assert (message.seq, new) == (2, True)
    await alice.say("three")
    assert (await alice.next_frame(type="chat_message"))["seq"] == 3
    await alice.ask(type="sync", after=1)
    frame = await alice.next_frame(type="history")
    assert [row["message"] for row in frame["messages"]] == ["two", "three"]
