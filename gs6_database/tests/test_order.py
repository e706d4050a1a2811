"""The order of messages: a number for each, the same for everybody, without gaps."""

import asyncio
import json
import threading
import uuid

import pytest
from django.db import connections
from django.db.models import Count, Max
from processes import TIMEOUT
from storage import models, stored
from websockets.asyncio.client import connect

WRITERS = 20
EACH = 10  # messages
ALL = list(range(1, WRITERS * EACH + 1))  # their numbers


class Writer:
    """One of many who write at the same time."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.door = server.door(name)
        self.acks = []
        self.heard = []

    async def write(self, all_in):
        """Come in, wait for the others, write, and listen until all is said."""
        path, headers = self.door
        url = f"ws://{self.server.address}{path}"
        async with connect(url, proxy=None, additional_headers=headers) as websocket:
            while await self.next_type(websocket) != "user_join":
                pass
            await all_in.wait()
            for number in range(EACH):
                frame = {"message": str(number), "client_id": str(uuid.uuid4())}
                await websocket.send(json.dumps(frame))
            while len(self.acks) < EACH or len(self.heard) < len(ALL):
                await self.next_type(websocket)

    async def next_type(self, websocket):
        """Take the next frame, and return its type."""
        frame = json.loads(await websocket.recv())
        if frame["type"] == "ack":
            self.acks.append(frame)
        if frame["type"] == "chat_message":
            self.heard.append(frame)
        return frame["type"]


def write_at_once(servers):
    """Have many write at the same time, at all of the servers; return them."""
    models()
    names = [f"writer-{number}" for number in range(WRITERS)]
    writers = [Writer(servers[n % 2], name) for n, name in enumerate(names)]

    async def run():
        all_in = asyncio.Barrier(WRITERS)
        try:
            async with asyncio.timeout(4 * TIMEOUT):
                await asyncio.gather(*(each.write(all_in) for each in writers))
        except TimeoutError:
            heard = [len(writer.heard) for writer in writers]
            pytest.fail(f"of {len(ALL)} messages there were heard {heard}")

    asyncio.run(run())
    return writers


def test_each_message_is_acknowledged_with_a_number_of_its_own(two_fast):
    """Twenty write ten messages each, at the same time, in two processes: they are
    numbered from 1 to 200.
    """
    writers = write_at_once(two_fast)
    assert sorted(ack["seq"] for each in writers for ack in each.acks) == ALL


def test_everybody_has_the_same_in_the_same_order(two_fast):
    """Whoever sorts by number what has come has what is stored, complete."""
    writers = write_at_once(two_fast)
    kept = [(row.seq, row.text, str(row.client_id)) for row in stored()]
    assert [seq for seq, *_ in kept] == ALL
    for writer in writers:
        frames = sorted(writer.heard, key=lambda frame: frame["seq"])
        heard = [(one["seq"], one["message"], one["client_id"]) for one in frames]
        assert heard == kept


def test_each_authors_own_order_is_kept(two_fast):
    """What one has said first has the lower number."""
    (writer, *_) = write_at_once(two_fast)
    frames = sorted(writer.heard, key=lambda frame: frame["seq"])
    said = {}
    for frame in frames:
        said.setdefault(frame["user"], []).append(frame["message"])
    assert len(said) == WRITERS
    for messages in said.values():
        assert messages == [str(number) for number in range(EACH)]


def test_no_reader_ever_sees_a_gap(two_fast):
    """A higher number is not committed before a lower: whoever reads up to a number
    while others write will not find a lower one later.
    """
    models()
    seen = set()
    over = threading.Event()

    def look():
        messages = models().Message.objects
        while not over.wait(0.01):
            found = messages.aggregate(number=Count("pk"), last=Max("seq"))
            seen.add((found["number"], found["last"] or 0))
        connections.close_all()

    reader = threading.Thread(target=look)
    reader.start()
    try:
        write_at_once(two_fast)
    finally:
        over.set()
        reader.join()
    assert len(seen) > 1
    assert [(number, last) for number, last in seen if number != last] == []


def test_the_numbers_of_rooms_are_apart(two_fast):
    """Each room counts for itself, from 1."""
    models()
    one, other = two_fast
    with one.enter("alice") as red, other.enter("alice", "blue") as blue:
        for alice in (red, red, blue):
            alice.say("hello")
        assert [red.next_frame(type="ack")["seq"] for _ in range(2)] == [1, 2]
        assert blue.next_frame(type="ack")["seq"] == 1
