"""The client_id of a message: whose it is, its form, and where it comes back."""

import uuid

import pytest
from asgiref.sync import sync_to_async
from storage import models, stored

ID = "6f1c9a3e-0b52-4c1e-9d53-1a2b3c4d5e6f"
read_stored = sync_to_async(stored)


async def test_a_client_id_is_its_authors(enter):
    """Another user may use the same: it is another message."""
    models()
    for seq, name in enumerate(("alice", "bob"), 1):
        client = await enter(name)
        await client.say("hello", client_id=ID)
        assert (await client.next_frame(type="ack"))["seq"] == seq
    assert len(await read_stored()) == 2


async def test_a_client_id_is_its_rooms(enter):
    """The same in another room is another message, the first of that room."""
    models()
    for room in ("red", "blue"):
        alice = await enter("alice", room)
        await alice.say(f"hello {room}", client_id=ID)
        assert (await alice.next_frame(type="ack"))["seq"] == 1
    kept = await read_stored("red") + await read_stored("blue")
    assert [row.text for row in kept] == ["hello red", "hello blue"]


@pytest.mark.parametrize(
    "client_id",
    [
        ID.upper(),
        f"{{{ID}}}",
        ID.replace("-", ""),
        f"urn:uuid:{ID}",
        f"{ID}\n",
        f" {ID}",
        ID[:-1],
        ID.replace("6", "\N{ARABIC-INDIC DIGIT SIX}"),
        "",
        7,
        0,
        True,
        False,
        [ID],
        {},
    ],
    ids=repr,
)
async def test_a_client_id_is_a_uuid_in_one_form(enter, client_id):
    """Canonical and in lower case, so that it comes back as it was sent. Another is an
    error, which does not name it; nothing is stored, and the connection lives on.
    """
    models()
    alice = await enter("alice")
    await alice.say("hello", client_id=client_id)
    error = await alice.next_frame()
    assert set(error) == {"type", "code", "message"}
    assert (error["type"], error["code"]) == ("error", "invalid_message")
    await alice.say("still here", client_id=ID)
    assert (await alice.next_frame(type="ack"))["client_id"] == ID
    assert [row.text for row in await read_stored()] == ["still here"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"message": ""}, "empty"),
        ({"message": 2001 * "x"}, "too_long"),
        ({"message": 3}, "invalid_message"),
        ({"message": None}, "invalid_message"),
        ({}, "invalid_message"),
        ({"message": "a\0b"}, "invalid_message"),
        ({"message": "/pm bob"}, "invalid_message"),
        ({"message": "/pm nobody psst"}, "not_here"),
    ],
    ids=lambda value: str(value)[:25],
)
async def test_an_error_names_the_message_it_is_about(enter, content, code):
    """By its client_id: the page may have sent others since."""
    models()
    alice = await enter("alice")
    await alice.ask(**content, client_id=ID)
    error = await alice.next_frame(type="error")
    assert set(error) == {"type", "code", "message", "client_id"}
    assert (error["code"], error["client_id"]) == (code, ID)


async def test_what_was_too_fast_can_be_repeated(enter, settings):
    """rate_limited names its message, which was not stored, and has no number yet."""
    models()
    settings.RATE = 1
    alice = await enter("alice")
    await alice.say("one", client_id=str(uuid.uuid4()))
    await alice.next_frame(type="ack")
    await alice.say("two", client_id=ID)
    error = await alice.next_frame(type="error")
    assert (error["code"], error["client_id"]) == ("rate_limited", ID)
    assert [row.text for row in await read_stored()] == ["one"]
    again = await enter("alice")
    await again.say("two", client_id=ID)
    assert (await again.next_frame(type="ack"))["seq"] == 2


async def test_a_private_messages_receipt_is_its_ack(enter):
    """Its client_id comes back in it, and no ack comes: the next is the next's."""
    models()
    alice = await enter("alice")
    await enter("bob", "blue")
    await alice.say("/pm bob psst", client_id=ID)
    assert await alice.next_frame() == {
        "type": "private_message_delivered",
        "target": "bob",
        "message": "psst",
        "client_id": ID,
    }
    await alice.say("hello")
    assert (await alice.next_frame(type="ack"))["client_id"] is None


async def test_a_private_message_is_not_stored(enter):
    """It is for those who are there, and takes no number."""
    models()
    alice = await enter("alice")
    await alice.say("/pm alice psst", client_id=ID)
    await alice.next_frame(type="private_message_delivered")
    await alice.say("hello")
    assert (await alice.next_frame(type="ack"))["seq"] == 1
    assert [row.text for row in await read_stored()] == ["hello"]
