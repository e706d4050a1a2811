"""Who is in a room is kept once for each process, and a crowd is told together."""

import asyncio
import gc
import importlib.util

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from leases import stay
from processes import TIMEOUT
from storage import models

CROWD = 50


@pytest.fixture
def people(together, monkeypatch):
    """The module that keeps who is there, and tells them together."""
    assert importlib.util.find_spec("chat.people"), "each connection keeps all names"
    from chat import people

    monkeypatch.setattr(people, "TOGETHER", together)
    return people


async def frames_until(client, wanted):
    """Return the frames about people, up to one in which all of wanted have been."""
    frames = []
    while wanted:
        frame = await client.next_frame()
        if frame["type"] in ("user_join", "user_list", "user_leave"):
            frames.append(frame)
            wanted = wanted - set(frame.get("users", [frame.get("user")]))
    return frames


async def test_a_crowd_is_told_in_few_frames(people, enter, open_client):
    """Fifty come at once: who was there is told each name once, and in so many frames
    as there are fifths of a second. When they go, each leave is told once.
    """
    models()
    bob = await enter("bob")
    names = {f"user-{number}" for number in range(CROWD)}
    start = asyncio.get_running_loop().time()
    crowd = await asyncio.gather(*(open_client(name) for name in names))
    frames = await frames_until(bob, names)
    took = asyncio.get_running_loop().time() - start
    told = [name for f in frames for name in f.get("users", [f.get("user")])]
    assert sorted(told) == sorted(names)
    assert len(frames) <= took / people.TOGETHER + 2
    await asyncio.gather(*(each.disconnect(timeout=TIMEOUT) for each in crowd))
    frames = await frames_until(bob, names)
    assert sorted(frame["user"] for frame in frames) == sorted(names)


async def test_who_comes_alone_is_told_at_once(people, enter, monkeypatch):
    """As a user_join, however long the others would be waited for."""
    models()
    bob = await enter("bob")
    with monkeypatch.context() as patch:
        patch.setattr(people, "TOGETHER", 3600)
        people.people_of("room.red").told_at -= 3600
        await enter("alice")
        assert await bob.next_frame() == {"type": "user_join", "user": "alice"}
        people.people_of("room.red").told_at -= 3600


async def test_who_leaves_and_comes_back_at_once_is_there(people, enter):
    """Alice is the only one of her process in the room, and reloads her page. The leave
    is told before the join, though the join is asked for when nobody is there any more:
    another process would take her for gone.
    """
    models()
    told = []
    await get_channel_layer().group_add("room.red", "another-process")
    alice = await enter("alice")
    leaving = asyncio.create_task(alice.disconnect(timeout=TIMEOUT))
    again, _ = await asyncio.gather(enter("alice"), leaving)
    async with asyncio.timeout(TIMEOUT):
        while len(told) < 3:
            event = await get_channel_layer().receive("another-process")
            told += event["changes"]
    assert told == [("alice", True), ("alice", False), ("alice", True)]


async def test_a_process_keeps_the_names_once(people, enter):
    """All its connections in a room share them; those of another room do not. They go
    with the last one.
    """
    models()
    await enter("alice")
    bob = await enter("bob")
    carol = await enter("carol", "blue")
    await bob.next_frame(type="user_list")
    assert set(people.rooms) == {"room.red", "room.blue"}
    red = people.people_of("room.red")
    assert (len(red.places), red.users) == (2, {"alice", "bob"})
    del red
    await carol.disconnect(timeout=TIMEOUT)
    del carol
    gc.collect()
    assert "room.blue" not in people.rooms


async def test_who_comes_back_when_nobody_heard_is_seen(people, enter):
    """The last of a process leaves; what happens then in the room it does not hear.
    The next who comes is told by the database, and of all that follows.
    """
    models()
    alice = await enter("alice")
    row = await sync_to_async(stay)("carol")
    red = people.people_of("room.red")  # as if it were still being told of something
    await alice.disconnect(timeout=TIMEOUT)
    await row.adelete()
    bob = await enter("bob")
    assert red.users == {"bob"}
    event = {"type": "people.changed", "sender": "another", "number": 1}
    event["changes"] = [("carol", True)]
    await get_channel_layer().group_send("room.red", event)
    assert await bob.next_frame() == {"type": "user_join", "user": "carol"}
