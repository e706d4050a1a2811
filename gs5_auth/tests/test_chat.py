"""Rooms: who joins, who speaks, who hears it, and who leaves."""

import json

import pytest


async def test_welcome_comes_first(open_client):
    """The first frame says who one is and where."""
    alice = await open_client("alice")
    assert await alice.next_json() == {
        "type": "welcome",
        "user": "alice",
        "room": "red",
    }


async def test_a_join_reaches_the_newcomer_too(open_client):
    """The newcomer is in the group before the join is sent."""
    alice = await open_client("alice")
    await alice.wait_for(type="user_join", user="alice")


async def test_a_join_reaches_those_already_there(enter):
    """Whoever is in the room is told who comes."""
    alice = await enter("alice")
    await enter("bob")
    await alice.wait_for(type="user_join", user="bob")


async def test_the_roll_call_tells_who_is_there(enter, open_client):
    """Each member answers the newcomer's own channel; the newcomer does not."""
    await enter("alice")
    await enter("carol")
    bob = await open_client("bob")
    users = []
    while len(users) < 2:
        users += (await bob.wait_for(type="user_list"))["users"]
    assert sorted(users) == ["alice", "carol"]


async def test_a_roll_call_is_answered_to_the_newcomer_alone(enter):
    """Others get the join and no list: it goes to one channel, not to the group."""
    alice = await enter("alice")
    bob = await enter("bob")
    await bob.wait_for(type="user_list")
    assert (await alice.next_json())["type"] == "user_join"
    assert await alice.receive_nothing()


async def test_a_message_reaches_the_room_and_its_sender(enter):
    """Everybody in the room gets it as it was written."""
    alice, bob = await enter("alice"), await enter("bob")
    await alice.say("hi <b>all</b> \N{SLIGHTLY SMILING FACE}")
    for client in (alice, bob):
        frame = await client.wait_for(type="chat_message")
        assert frame == {
            "type": "chat_message",
            "user": "alice",
            "message": "hi <b>all</b> \N{SLIGHTLY SMILING FACE}",
        }


@pytest.mark.parametrize("room", ["blue", "Red", "red-", "re"])
async def test_another_room_hears_nothing(enter, room):
    """What is said in red is not heard elsewhere, where carol's own words come next."""
    alice, carol = await enter("alice"), await enter("carol", room)
    await alice.say("hi")
    await alice.wait_for(type="chat_message")
    await carol.say("hello")
    assert await carol.next_json() == {
        "type": "chat_message",
        "user": "carol",
        "message": "hello",
    }


async def test_those_who_stay_are_told_who_leaves(enter):
    """A leave reaches the room."""
    alice, bob = await enter("alice"), await enter("bob")
    await bob.disconnect()
    await alice.wait_for(type="user_leave", user="bob")


async def test_nobody_leaves_without_having_joined(enter):
    """A connection that ends before it is accepted is no leave, and raises nothing."""
    from channels.testing import ApplicationCommunicator

    from config.asgi import application

    alice = await enter("alice")
    scope = {"type": "websocket", "path": "/ws/chat/red/", "query_string": b""}
    scope["headers"] = []
    early = ApplicationCommunicator(application, scope)
    await early.send_input({"type": "websocket.disconnect", "code": 1006})
    await early.wait()
    assert await alice.receive_nothing()


BAD = [
    ("{", "invalid_json"),
    ("", "invalid_json"),
    (b"\x00\x01", "text_only"),
    ("[]", "invalid_message"),
    ("null", "invalid_message"),
    ("{}", "invalid_message"),
    ('{"message": 3}', "invalid_message"),
    ('{"message": null}', "invalid_message"),
    ("[" * 100_000, "invalid_message"),
    ('{"message": "x", "n": ' + "1" * 5000 + "}", "invalid_message"),
    (r'{"message": "\ud800"}', "invalid_message"),
    (r'{"message": "\udc00"}', "invalid_message"),
    (r'{"message": "a\u0000b"}', "invalid_message"),
    ('{"message": ""}', "empty"),
    (r'{"message": " \n\t\u00a0"}', "empty"),
    (json.dumps({"message": 2001 * "x"}), "too_long"),
    ("{" + 2**18 * "x", "too_long"),  # it is not even read
]


async def send_raw(client, frame):
    """Send a frame as it is. The communicator's own send_to refuses empty ones."""
    key = "bytes" if isinstance(frame, bytes) else "text"
    await client.send_input({"type": "websocket.receive", key: frame})


@pytest.mark.parametrize(("frame", "code"), BAD, ids=lambda value: str(value)[:20])
async def test_bad_input_gets_an_error(enter, frame, code):
    """The offender is told a code and a sentence, and the connection lives on."""
    alice = await enter("alice")
    await send_raw(alice, frame)
    error = await alice.next_json()
    assert set(error) == {"type", "code", "message"}
    assert (error["type"], error["code"]) == ("error", code)
    await alice.say("still here")
    await alice.wait_for(type="chat_message", message="still here")


async def test_nobody_else_hears_of_bad_input(enter):
    """An error goes to the offender only: the next that bob gets is alice's message."""
    alice, bob = await enter("alice"), await enter("bob")
    await bob.wait_for(type="user_list")
    for frame, _ in BAD:
        await send_raw(alice, frame)
        await alice.wait_for(type="error")
    await alice.say("sorry")
    assert (await bob.next_json())["message"] == "sorry"


async def test_a_message_may_have_2000_characters(enter):
    """Characters are counted, not bytes."""
    alice = await enter("alice")
    await alice.say(2000 * "\N{SLIGHTLY SMILING FACE}")
    frame = await alice.wait_for(type="chat_message")
    assert len(frame["message"]) == 2000


async def test_other_keys_are_ignored(enter):
    """A frame may hold more than its message."""
    alice = await enter("alice")
    await alice.send_to('{"message": "hi", "user": "bob", "type": "user_leave"}')
    frame = await alice.next_json()
    assert frame == {"type": "chat_message", "user": "alice", "message": "hi"}
