"""A process writes what has come meanwhile into a room together."""

import asyncio
import threading
from types import SimpleNamespace

import pytest
from accounts import make_user
from asgiref.sync import sync_to_async
from django.db import OperationalError
from processes import TIMEOUT
from storage import fill, models, stored


@pytest.fixture
async def write():
    """Make what one process writes into a room with: a function that saves a text of
    alice, and returns its number.
    """

    async def make(room="red"):
        room = await sync_to_async(fill)(0, room)
        alice = await sync_to_async(make_user)("alice")
        from chat.store import writer_for

        writer = writer_for(room.pk, f"room.{room}")

        async def save(text):
            draft = {"author_id": alice.pk, "name": "alice", "text": text}
            draft |= {"client_id": None}
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

        save_all, reached, go = store.save_all, asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        async def begun():
            async with asyncio.timeout(TIMEOUT):
                await reached.wait()

        def wait(room_id, drafts):
            loop.call_soon_threadsafe(reached.set)
            assert go.wait(TIMEOUT)
            return save_all(room_id, drafts)

        monkeypatch.setattr(store, "save_all", wait)
        return begun, go

    return prepare


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


async def test_rooms_do_not_wait_for_each_other(write, monkeypatch):
    """Each has a transaction of its own, which is asked for while that of the other
    room runs. (The whole of SQLite is locked: there they take turns.)
    """
    red, blue = await write("red"), await write("blue")
    from chat import turns

    both = asyncio.Barrier(2)

    def visit(function):
        async def call(*args):
            await both.wait()  # each has come as far as the database's thread
            return await sync_to_async(function)(*args)

        return call

    monkeypatch.setattr(turns, "connection", SimpleNamespace(vendor="postgresql"))
    monkeypatch.setattr(turns, "database_sync_to_async", visit)
    async with asyncio.timeout(TIMEOUT):
        assert await asyncio.gather(red("hello"), blue("hello")) == [1, 1]


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

    one, other = writer_for(1, "one"), writer_for(2, "other")
    assert writer_for(1, "one") is one
    assert one is not other
    before = len(writers)
    del one
    assert len(writers) == before - 1
