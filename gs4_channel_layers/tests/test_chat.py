"""Rooms: who joins, who speaks, who hears it, and who leaves."""

import json

import pytest

ALICE = "/ws/chat/red/?name=alice"
BOB = "/ws/chat/red/?name=bob"
CAROL_IN_BLUE = "/ws/chat/blue/?name=carol"


async def join(open_client, path):
    """Open a connection and wait until it is in its room."""
    client = await open_client(path)
    name = (await client.wait_for(type="welcome"))["user"]
    await client.wait_for(type="user_join", user=name)
    return client


async def test_welcome_comes_first(open_client):
    """The first frame says who one is and where."""
    alice = await open_client(ALICE)
    assert await alice.next_json() == {
        "type": "welcome",
        "user": "alice",
        "room": "red",
    }


async def test_a_join_reaches_the_newcomer_too(open_client):
    """The newcomer is in the group before the join is sent."""
    alice = await open_client(ALICE)
    await alice.wait_for(type="user_join", user="alice")


async def test_a_join_reaches_those_already_there(open_client):
    """Whoever is in the room is told who comes."""
    alice = await join(open_client, ALICE)
    await join(open_client, BOB)
    await alice.wait_for(type="user_join", user="bob")


async def test_the_roll_call_tells_who_is_there(open_client):
    """Each member answers the newcomer's own channel; the newcomer does not."""
    await join(open_client, ALICE)
    await join(open_client, "/ws/chat/red/?name=carol")
    bob = await open_client(BOB)
    lists = [(await bob.wait_for(type="user_list"))["users"] for _ in range(2)]
    assert sorted(lists) == [["alice"], ["carol"]]


async def test_a_roll_call_is_answered_to_the_newcomer_alone(open_client):
    """Others get the join and no list: it goes to one channel, not to the group."""
    alice = await join(open_client, ALICE)
    bob = await join(open_client, BOB)
    await bob.wait_for(type="user_list")
    assert (await alice.next_json())["type"] == "user_join"
    assert await alice.receive_nothing()


async def test_a_message_reaches_the_room_and_its_sender(open_client):
    """Everybody in the room gets it as it was written."""
    alice, bob = await join(open_client, ALICE), await join(open_client, BOB)
    await alice.say("hi <b>all</b> \N{SLIGHTLY SMILING FACE}")
    for client in (alice, bob):
        frame = await client.wait_for(type="chat_message")
        assert frame == {
            "type": "chat_message",
            "user": "alice",
            "message": "hi <b>all</b> \N{SLIGHTLY SMILING FACE}",
        }


async def test_another_room_hears_nothing(open_client):
    """What is said in red is not heard in blue, where carol's own words come next."""
    alice, carol = (
        await join(open_client, ALICE),
        await join(open_client, CAROL_IN_BLUE),
    )
    await alice.say("hi")
    await alice.wait_for(type="chat_message")
    await carol.say("hello")
    assert await carol.next_json() == {
        "type": "chat_message",
        "user": "carol",
        "message": "hello",
    }


async def test_those_who_stay_are_told_who_leaves(open_client):
    """A leave reaches the room."""
    alice, bob = await join(open_client, ALICE), await join(open_client, BOB)
    await bob.disconnect()
    await alice.wait_for(type="user_leave", user="bob")


async def test_nobody_leaves_without_having_joined(open_client):
    """A connection that ends before it is accepted is no leave, and raises nothing."""
    from channels.testing import ApplicationCommunicator

    from config.asgi import application

    alice = await join(open_client, ALICE)
    scope = {"type": "websocket", "path": "/ws/chat/red/", "query_string": b""}
    early = ApplicationCommunicator(application, scope)
    await early.send_input({"type": "websocket.disconnect", "code": 1006})
    await early.wait()
    assert await alice.receive_nothing()


async def test_nicks_may_be_equal(open_client):
    """Presence is per connection here: two may have one name."""
    await join(open_client, ALICE)
    second = await join(open_client, ALICE)
    assert (await second.wait_for(type="user_list"))["users"] == ["alice"]


@pytest.mark.parametrize(
    "query",
    ["", "?name=", "?name=%3Cb%3E", "?name=a%0A", "?name=%FF", "?name=" + 51 * "x"],
)
async def test_no_nick_or_a_bad_one_makes_a_guest(open_client, query):
    """Without a name of 1 to 50 legal characters one is guest- and four hex digits."""
    client = await open_client(f"/ws/chat/red/{query}")
    welcome = await client.next_json()
    prefix, digits = welcome["user"].split("-")
    assert prefix == "guest"
    assert len(digits) == 4
    assert int(digits, 16) >= 0


@pytest.mark.parametrize("name", ["a", "A-b_9", 50 * "x"])
async def test_a_legal_nick_is_kept(open_client, name):
    """Letters, digits, hyphen and underscore are taken as they are, up to 50."""
    client = await open_client(f"/ws/chat/red/?name={name}")
    assert (await client.next_json())["user"] == name


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
    (r'{"message": "a\u0000b"}', "invalid_message"),
    ('{"message": ""}', "empty"),
    (r'{"message": " \n\t\u00a0"}', "empty"),
    (json.dumps({"message": 2001 * "x"}), "too_long"),
]


async def send_raw(client, frame):
    """Send a frame as it is. The communicator's own send_to refuses empty ones."""
    key = "bytes" if isinstance(frame, bytes) else "text"
    await client.send_input({"type": "websocket.receive", key: frame})


@pytest.mark.parametrize(("frame", "code"), BAD, ids=lambda value: str(value)[:20])
async def test_bad_input_gets_an_error(open_client, frame, code):
    """The offender is told a code and a sentence, and the connection lives on."""
    alice = await join(open_client, ALICE)
    await send_raw(alice, frame)
    error = await alice.next_json()
    assert set(error) == {"type", "code", "message"}
    assert (error["type"], error["code"]) == ("error", code)
    await alice.say("still here")
    await alice.wait_for(type="chat_message", message="still here")


async def test_nobody_else_hears_of_bad_input(open_client):
    """An error goes to the offender only: the next that bob gets is alice's message."""
    alice, bob = await join(open_client, ALICE), await join(open_client, BOB)
    await bob.wait_for(type="user_list")
    for frame, _ in BAD:
        await send_raw(alice, frame)
        await alice.wait_for(type="error")
    await alice.say("sorry")
    assert (await bob.next_json())["message"] == "sorry"


async def test_a_message_may_have_2000_characters(open_client):
    """Characters are counted, not bytes."""
    alice = await join(open_client, ALICE)
    await alice.say(2000 * "\N{SLIGHTLY SMILING FACE}")
    frame = await alice.wait_for(type="chat_message")
    assert len(frame["message"]) == 2000


async def test_other_keys_are_ignored(open_client):
    """A frame may hold more than its message."""
    alice = await join(open_client, ALICE)
    await alice.send_to('{"message": "hi", "user": "bob", "type": "user_leave"}')
    frame = await alice.next_json()
    assert frame == {"type": "chat_message", "user": "alice", "message": "hi"}


async def test_a_full_channel_does_not_end_those_who_answer(open_client, settings):
    """A roll call whose answers do not fit loses some; no member is lost."""
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels.layers.InMemoryChannelLayer",
            "CONFIG": {"capacity": 2},
        }
    }
    alice = await join(open_client, ALICE)
    from channels.layers import get_channel_layer

    layer = get_channel_layer()
    for _ in range(2):
        await layer.send("full", {"type": "user.leave", "user": "nobody"})
    await layer.group_send(
        "room.red", {"type": "user.join", "user": "bob", "channel": "full"}
    )
    await alice.wait_for(type="user_join", user="bob")
    await alice.say("still here")
    await alice.wait_for(type="chat_message", message="still here")
