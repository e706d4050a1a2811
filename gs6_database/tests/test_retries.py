"""A message that was not acknowledged is sent again, and stored once."""

import threading
import uuid

from asgiref.sync import sync_to_async
from storage import models, stored

RACES = 20
ID = "6f1c9a3e-0b52-4c1e-9d53-1a2b3c4d5e6f"
read_stored = sync_to_async(stored)


async def test_a_repeat_is_acknowledged_with_its_old_number(enter):
    """Whatever came in between."""
    models()
    alice = await enter("alice")
    for client_id, seq in ((ID, 1), (str(uuid.uuid4()), 2), (ID, 1)):
        await alice.say("hello", client_id=client_id)
        ack = await alice.next_frame(type="ack")
        assert ack == {"type": "ack", "client_id": client_id, "seq": seq}


async def test_a_repeat_is_stored_once(enter):
    """The next message has the next number: a repeat takes none."""
    models()
    alice = await enter("alice")
    for client_id in (ID, ID, None):
        await alice.say("hello", client_id=client_id)
        await alice.next_frame(type="ack")
    kept = [(row.seq, row.client_id) for row in await read_stored()]
    assert kept == [(1, uuid.UUID(ID)), (2, None)]


async def test_a_repeat_is_not_told_again(enter):
    """Bob has heard it: what he gets next is the next message."""
    models()
    alice, bob = await enter("alice"), await enter("bob")
    await bob.next_frame(type="user_list")
    for message in ("once", "once", "and then"):
        await alice.say(message, client_id=ID if message == "once" else None)
        await alice.next_frame(type="ack")
    assert (await bob.next_frame())["message"] == "once"
    assert (await bob.next_frame())["message"] == "and then"


async def test_another_text_is_no_repeat(enter):
    """An ack would say that it is stored. It is refused, by its client_id, and what is
    stored is not changed; the repeat that is one is acknowledged as ever.
    """
    models()
    alice = await enter("alice")
    await alice.say("at 5", client_id=ID)
    await alice.next_frame(type="ack")
    await alice.say("no, at 6", client_id=ID)
    assert await alice.next_frame(type="error") == {
        "type": "error",
        "code": "invalid_message",
        "message": "this client_id is that of another message",
        "client_id": ID,
    }
    await alice.say("at 5", client_id=ID)
    assert (await alice.next_frame())["seq"] == 1
    assert [row.text for row in await read_stored()] == ["at 5"]


async def test_without_a_client_id_nothing_is_a_repeat(enter):
    """Who says the same twice has said it twice. The ack has no client_id to name."""
    models()
    alice = await enter("alice")
    for seq in (1, 2):
        await alice.say("hello")
        ack = await alice.next_frame(type="ack")
        assert ack == {"type": "ack", "client_id": None, "seq": seq}
    assert [row.text for row in await read_stored()] == ["hello", "hello"]


def test_a_repeat_may_come_to_another_process(two_fast):
    """The server that stored a message may be gone: any other knows it."""
    models()
    one, other = two_fast
    with one.enter("alice") as first, one.enter("bob") as bob:
        first.say("hello", client_id=ID)
        assert first.next_frame(type="ack")["seq"] == 1
        with other.enter("alice") as second:
            second.say("hello", client_id=ID)
            assert second.next_frame(type="ack")["seq"] == 1
            second.say("and then")
            assert bob.next_frame(type="chat_message")["message"] == "hello"
            assert bob.next_frame(type="chat_message")["message"] == "and then"


def race(two):
    """Send the same from two processes at the same instant, many times. Return the
    numbers that each was told, and what bob has heard.
    """
    models()
    one, other = two
    start = threading.Barrier(2, timeout=20)
    client_ids = [str(uuid.uuid4()) for _ in range(RACES)]
    told = [[], []]

    def send(client, seqs):
        for client_id in client_ids:
            start.wait()
            client.say("hello", client_id=client_id)
            seqs.append(client.next_frame(type="ack", client_id=client_id)["seq"])

    with (
        one.enter("alice") as here,
        other.enter("alice") as there,
        one.enter("bob") as bob,
    ):
        pairs = zip((here, there), told, strict=True)
        threads = [threading.Thread(target=send, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        here.say("that is all")
        heard = []
        while (frame := bob.next_frame(type="chat_message"))["client_id"]:
            heard.append(frame["client_id"])
    return client_ids, told, heard


def test_two_at_the_same_instant_are_one(two_fast):
    """Both are acknowledged with one number, and one row is stored."""
    client_ids, (one, other), _ = race(two_fast)
    assert one == other == list(range(1, RACES + 1))
    kept = [str(row.client_id) for row in stored()]
    assert kept == [*client_ids, "None"]


def test_two_at_the_same_instant_are_heard_once(two_fast):
    """Only the one that was stored is told to the room."""
    client_ids, _, heard = race(two_fast)
    assert heard == client_ids
