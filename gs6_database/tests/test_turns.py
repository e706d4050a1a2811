"""One call of a room at a time is in the thread that all connections share."""

import asyncio
import importlib.util
import threading
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from processes import TIMEOUT


@pytest.fixture
def in_turn(monkeypatch):
    """Call functions in turn, without a thread; on PostgreSQL unless it is named."""
    assert importlib.util.find_spec("chat.turns"), "nobody waits for a turn"
    from chat import turns

    def use(vendor="postgresql"):
        monkeypatch.setattr(turns, "connection", SimpleNamespace(vendor=vendor))
        return turns.in_turn

    monkeypatch.setattr(turns, "database_sync_to_async", lambda function: function)
    return use


@pytest.fixture
def calls():
    """What has been called, and how to let the calls go on, all or those of a room."""
    begun, go, going = [], {}, []

    async def call(room):
        begun.append(room)
        going.append(room)
        assert going.count(room) == 1
        outcome = await go.setdefault(room, asyncio.get_running_loop().create_future())
        going.remove(room)
        if outcome:
            raise outcome
        return room

    return begun, go, call


async def settle():
    """Let all tasks go as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_of_a_room_one_call_at_a_time(in_turn, calls):
    """The others wait outside, and their turn comes in the order of asking."""
    begun, go, call = calls
    tasks = [asyncio.create_task(in_turn()("red", call, "red")) for _ in range(3)]
    await settle()
    assert begun == ["red"]
    go["red"].set_result(None)
    async with asyncio.timeout(TIMEOUT):
        assert await asyncio.gather(*tasks) == 3 * ["red"]


async def test_between_two_calls_of_a_room_others_have_theirs(in_turn, calls):
    """Blue asks last, and is called while two of red still wait."""
    begun, go, call = calls
    red = [asyncio.create_task(in_turn()("red", call, "red")) for _ in range(3)]
    await settle()
    blue = asyncio.create_task(in_turn()("blue", call, "blue"))
    await settle()
    assert begun == ["red", "blue"]
    for room in ("red", "blue"):
        go[room].set_result(None)
    await asyncio.gather(*red, blue)


async def test_on_sqlite_all_rooms_are_one(in_turn, calls):
    """Who writes there locks all of it: two rooms would wait for the same."""
    begun, go, call = calls
    use = in_turn("sqlite")
    tasks = [
        asyncio.create_task(use(room, call, room)) for room in ("red", "blue", "red")
    ]
    await settle()
    assert begun == ["red"]
    go["red"].set_result(None)
    go["blue"] = go["red"]
    await asyncio.gather(*tasks)
    assert begun == ["red", "blue", "red"]


async def test_what_locks_no_room_waits_for_none(in_turn, calls):
    """As renewals, which are to go on whatever locks the room; but on SQLite any writer
    waits for any other.
    """
    begun, go, call = calls
    first = asyncio.create_task(in_turn()("red", call, "red"))
    both = [asyncio.create_task(in_turn()(None, call, n)) for n in (1, 2)]
    await settle()
    assert begun == ["red", 1, 2]
    alone = [asyncio.create_task(in_turn("sqlite")(None, call, n)) for n in (3, 4)]
    await settle()
    assert begun == ["red", 1, 2, 3]
    for future in go.values():
        future.set_result(None)
    await settle()
    go[4].set_result(None)
    await asyncio.gather(first, *both, *alone)


async def test_who_waits_for_a_lock_in_vain_fails_with_the_first(in_turn, calls):
    """Five want what is locked: it is tried once, and not five times for a patience
    each. Who asks afterwards tries anew.
    """
    begun, go, call = calls
    use = in_turn()
    tasks = [asyncio.create_task(use("red", call, "red")) for _ in range(5)]
    await settle()
    go["red"].set_result(OperationalError("lock timeout"))
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(end) for end in ends] == 5 * [OperationalError]
    assert begun == ["red"]
    go.clear()
    again = asyncio.create_task(use("red", call, "red"))
    await settle()
    go["red"].set_result(None)
    assert await again == "red"


async def test_another_error_is_its_own(in_turn, calls):
    """A room that is gone says nothing of the next call."""
    begun, go, call = calls
    use = in_turn()
    tasks = [asyncio.create_task(use("red", call, "red")) for _ in range(2)]
    await settle()
    first = go.pop("red")
    first.set_result(ValueError("it is gone"))
    await settle()
    go["red"].set_result(None)
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [str(end) for end in ends] == ["it is gone", "red"]


async def test_who_is_cancelled_gives_the_turn_on(in_turn, calls):
    """Whether it waits, or is being called."""
    begun, go, call = calls
    use = in_turn()
    tasks = [asyncio.create_task(use("red", call, "red")) for _ in range(3)]
    await settle()
    tasks[1].cancel()
    go["red"].set_result(None)
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [ends[0], type(ends[1]), ends[2]] == ["red", asyncio.CancelledError, "red"]


async def test_turns_go_with_the_last_who_waits(in_turn, calls):
    """Of rooms that nobody is in nothing is kept."""
    _, go, call = calls
    from chat import turns

    task = asyncio.create_task(in_turn()("red", call, "red"))
    await settle()
    assert list(turns.turns) == ["red"]
    go["red"].set_result(None)
    await task
    del task
    assert list(turns.turns) == []


async def test_what_all_call_fails_together(monkeypatch):
    """Five look at what is locked: they are in the thread's queue, and the first alone
    waits for it. Who looks afterwards tries anew.
    """
    assert importlib.util.find_spec("chat.turns"), "each tries for itself"
    from chat.turns import at_once

    go, looks = threading.Event(), []

    def look(number):
        looks.append(number)
        assert go.wait(TIMEOUT)
        if number < 5:
            raise OperationalError("lock timeout")
        return number

    tasks = [asyncio.create_task(at_once("looks", look, number)) for number in range(5)]
    await settle()
    go.set()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(end) for end in ends] == 5 * [OperationalError]
    assert looks == [0]
    assert await at_once("looks", look, 5) == 5
