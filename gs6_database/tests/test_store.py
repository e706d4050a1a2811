"""Messages are numbered, and stored: many in one transaction, each once."""

import asyncio
import threading
import uuid

import pytest
from accounts import make_user
from asgiref.sync import sync_to_async
from django.db import IntegrityError, OperationalError
from processes import TIMEOUT
from storage import fill, models, stored

NOBODY = 10**9  # no user has this number


@pytest.fixture
def save():
    """Save messages of one room in one batch. Return a number for each, and whether it
    is new, or the kind of its exception.
    """

    def save_batch(*drafts, room="red"):
        room, _ = models().Room.objects.get_or_create(name=room)
        from chat import store

        saved = store.save(room.pk, drafts)
        return [
            type(one) if isinstance(one, Exception) else (one[0].seq, one[1])
            for one in saved
        ]

    return save_batch


@pytest.fixture
async def write():
    """Make what one process writes into a room with: a function that saves a text of
    alice, and returns its number.
    """

    async def make(room="red"):
        room = await sync_to_async(fill)(0, room)
        alice = await sync_to_async(make_user)("alice")
        from chat.store import writer_for

        writer = writer_for(room.pk)

        async def save(text):
            draft = {"author_id": alice.pk, "text": text, "client_id": None}
            message, _ = await writer.save(draft)
            return message.seq

        return save

    return make


@pytest.fixture
def hold(monkeypatch):
    """Have transactions wait. Return how to wait until one has begun, and an event that
    lets it go on.
    """

    def prepare():
        models()
        from chat import store

        save, reached, go = store.save, asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        async def begun():
            async with asyncio.timeout(TIMEOUT):
                await reached.wait()

        def wait(room_id, drafts):
            loop.call_soon_threadsafe(reached.set)
            assert go.wait(TIMEOUT)
            return save(room_id, drafts)

        monkeypatch.setattr(store, "save", wait)
        return begun, go

    return prepare


def draft(text="hello", author="alice", client_id=None):
    """Return what is to be stored of a message."""
    author_id = author if author == NOBODY else make_user(author).pk
    return {"author_id": author_id, "text": text, "client_id": client_id}


def new_id():
    """Return a client_id."""
    return str(uuid.uuid4())


def test_messages_are_numbered_from_one(save):
    """In the order in which they are given, over batches."""
    assert save(draft("a")) == [(1, True)]
    assert save(draft("b"), draft("c")) == [(2, True), (3, True)]
    assert [(row.seq, row.text) for row in stored()] == [(1, "a"), (2, "b"), (3, "c")]


def test_rooms_count_apart(save):
    """Each from one."""
    assert save(draft(), draft()) == [(1, True), (2, True)]
    assert save(draft(), room="blue") == [(1, True)]
    assert save(draft()) == [(3, True)]


def test_a_batch_costs_no_more_than_one_message(save, statements):
    """One transaction: the room is locked and counted on, and all are inserted."""
    models()
    one = [draft()]
    many = 20 * one
    save(*one)
    costs = []
    for drafts in (one, many):
        statements.clear()
        save(*drafts)
        costs.append(statements[1:])  # the first finds the room
    assert costs[0] == costs[1]
    assert costs[0].count("INSERT chat_message") == costs[0].count("COMMIT") == 1


def test_the_room_is_locked_before_anything_is_read(save, statements):
    """Two processes that had read the same number would both go on from there."""
    models()
    one = draft()
    save(one)
    statements.clear()
    save(one)
    assert statements[1] == "UPDATE chat_room"


def test_a_repeat_has_its_old_number(save):
    """And is not new."""
    models()
    client_id = new_id()
    assert save(draft(client_id=client_id)) == [(1, True)]
    assert save(draft()) == [(2, True)]
    assert save(draft(client_id=client_id)) == [(1, False)]
    assert len(stored()) == 2


def test_a_repeat_does_no_harm_to_its_batch(save):
    """The others are stored, in their order, and the numbers have no gap."""
    models()
    client_id = new_id()
    save(draft(client_id=client_id))
    batch = draft("a"), draft(client_id=client_id), draft("b")
    assert save(*batch) == [(2, True), (1, False), (3, True)]
    assert save(draft("c")) == [(4, True)]
    assert [row.text for row in stored()] == ["hello", "a", "b", "c"]


def test_a_repeat_may_be_in_the_same_batch(save):
    """The first of them is stored."""
    models()
    client_id = new_id()
    batch = [draft(text, client_id=client_id) for text in ("one", "two")]
    assert save(*batch, draft("three")) == [(1, True), (1, False), (2, True)]
    assert [row.text for row in stored()] == ["one", "three"]


def test_another_authors_client_id_is_no_repeat(save):
    """It is unique for a room and an author."""
    models()
    client_id = new_id()
    assert save(draft(client_id=client_id)) == [(1, True)]
    assert save(draft(author="bob", client_id=client_id)) == [(2, True)]
    assert save(draft(client_id=client_id), room="blue") == [(1, True)]


def test_without_a_client_id_nothing_is_a_repeat(save):
    """Not even in the singles that a batch with a repeat falls back to."""
    models()
    client_id = new_id()
    save(draft(client_id=client_id), draft())
    batch = draft(), draft(client_id=client_id), draft()
    assert save(*batch) == [(3, True), (1, False), (4, True)]


def test_a_message_whose_author_has_gone_fails_alone(save):
    """The account was deleted in between: the others of the batch are stored, and the
    numbers have no gap.
    """
    models()
    batch = draft("a"), draft("b", author=NOBODY), draft("c")
    assert save(*batch) == [(1, True), IntegrityError, (2, True)]
    assert save(draft("d", author=NOBODY)) == [IntegrityError]
    assert save(draft("e")) == [(3, True)]
    assert [row.text for row in stored()] == ["a", "c", "e"]


def test_an_error_of_the_database_is_no_answer(save, monkeypatch):
    """It is raised, and not taken for a repeat: nothing is known of any of them."""
    models()
    from chat import store

    one = draft()

    def fail(*args):
        raise OperationalError("the disk is away")

    with monkeypatch.context() as patch:
        patch.setattr(store, "insert", fail)
        with pytest.raises(OperationalError):
            save(one)
    assert save(one) == [(1, True)]


async def test_what_comes_meanwhile_is_written_together(write, hold, statements):
    """While one transaction runs, nineteen wait: one more writes them all, in the order
    in which they came.
    """
    begun, go = hold()
    save = await write()
    statements.clear()
    first = asyncio.create_task(save("first"))
    await begun()
    others = [asyncio.create_task(save(str(number))) for number in range(19)]
    await asyncio.sleep(0)  # each has begun to wait
    go.set()
    numbers = await asyncio.gather(first, *others)
    assert numbers == list(range(1, 21))
    assert statements.count("INSERT chat_message") == 2
    assert statements.count("COMMIT") == 2
    kept = [row.text for row in await sync_to_async(stored)()]
    assert kept == ["first", *map(str, range(19))]


async def test_rooms_do_not_wait_for_each_other(write, hold):
    """Each has a transaction of its own: both are asked for while the first waits."""
    begun, go = hold()
    red, blue = await write("red"), await write("blue")
    tasks = [asyncio.create_task(save("hello")) for save in (red, blue)]
    await begun()
    go.set()
    assert await asyncio.gather(*tasks) == [1, 1]


async def test_who_waits_hears_of_an_error(write, monkeypatch):
    """All of them, whose messages were to be written together; the next is fine."""
    save = await write()
    from chat import store

    def fail(*args):
        raise OperationalError("the disk is away")

    with monkeypatch.context() as patch:
        patch.setattr(store, "insert", fail)
        failed = await asyncio.gather(
            *(save(str(number)) for number in range(5)), return_exceptions=True
        )
    assert [str(error) for error in failed] == 5 * ["the disk is away"]
    assert [type(error) for error in failed] == 5 * [OperationalError]
    assert await save("again") == 1


@pytest.mark.parametrize("who", [0, 1, 2], ids=["the first", "a later", "the last"])
async def test_who_is_cancelled_takes_nothing_from_the_others(write, hold, who):
    """A client leaves while its message is written, or waits: the others are stored,
    and acknowledged; so is the next.
    """
    begun, go = hold()
    save = await write()
    tasks = [asyncio.create_task(save("0"))]
    await begun()
    tasks += [asyncio.create_task(save(str(number))) for number in (1, 2)]
    await asyncio.sleep(0)  # each has begun to wait
    tasks[who].cancel()
    await asyncio.sleep(0)
    go.set()
    async with asyncio.timeout(TIMEOUT):
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        last = await save("3")
    others = [end for number, end in enumerate(ends) if number != who]
    rows = await sync_to_async(stored)()
    texts = {row.seq: row.text for row in rows}
    assert isinstance(ends[who], asyncio.CancelledError)
    assert [texts[seq] for seq in others] == [str(n) for n in range(3) if n != who]
    assert texts[last] == "3"
    assert list(texts) == list(range(1, len(texts) + 1))


async def test_a_process_writes_into_a_room_with_one_writer():
    """All connections share it, and the last that uses it takes it away."""
    models()
    from chat.store import writer_for, writers

    one, other = writer_for(1), writer_for(2)
    assert writer_for(1) is one
    assert one is not other
    before = len(writers)
    del one
    assert len(writers) == before - 1
