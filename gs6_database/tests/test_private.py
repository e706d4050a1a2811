"""Private messages: /pm NAME text."""

import pytest


async def test_it_reaches_its_user_alone(enter):
    """Bob gets it; carol, of the same room, gets what alice says next."""
    alice, bob, carol = [await enter(name) for name in ("alice", "bob", "carol")]
    await alice.say("/pm bob psst")
    assert await bob.wait_for(type="private_message") == {
        "type": "private_message",
        "user": "alice",
        "message": "psst",
    }
    await alice.say("hello")
    while (frame := await carol.next_json())["type"] == "user_list":
        pass
    assert frame["message"] == "hello"


async def test_it_reaches_every_socket_of_its_user(enter):
    """Bob's second tab gets it, and his window in another room, too."""
    alice = await enter("alice")
    windows = [await enter("bob", room) for room in ("red", "red", "blue")]
    await alice.say("/pm bob psst")
    for window in windows:
        await window.wait_for(type="private_message", user="alice", message="psst")


async def test_the_receipt_goes_to_the_sender(enter):
    """It names whom the message went to. It goes to the socket that sent it alone."""
    alice, tab = await enter("alice"), await enter("alice")
    await enter("bob", "blue")
    await alice.say("/pm bob psst")
    assert await alice.next_json() == {
        "type": "private_message_delivered",
        "target": "bob",
        "message": "psst",
    }
    await alice.say("hello")
    assert (await tab.next_json())["message"] == "hello"


async def test_one_may_write_to_oneself(enter):
    """Then both come, to the socket that sent it."""
    alice = await enter("alice")
    await alice.say("/pm alice remember")
    frames = [await alice.next_json(), await alice.next_json()]
    assert {frame["type"] for frame in frames} == {
        "private_message",
        "private_message_delivered",
    }


@pytest.mark.parametrize("message", ["/pm", "/pm ", "/pm bob", "/pm bob  ", " /pm bob"])
async def test_a_wrong_form_is_an_error(enter, message):
    """Without a name or a text nothing is sent, to nobody: invalid_message."""
    alice, bob = await enter("alice"), await enter("bob")
    await bob.wait_for(type="user_list")
    await alice.wait_for(type="user_join", user="bob")
    await alice.say(message)
    frame = await alice.next_json()
    assert (frame["type"], frame["code"]) == ("error", "invalid_message")
    await alice.say("hello")
    assert (await bob.next_json())["message"] == "hello"


@pytest.mark.parametrize("message", ["/pmx bob psst", "/p m bob psst", "pm bob psst"])
async def test_what_only_looks_like_it_is_for_all(enter, message):
    """/pm is a word of its own, and the first; anything else is said to the room."""
    alice, bob = await enter("alice"), await enter("bob")
    await alice.say("/pm bob psst")
    await bob.wait_for(type="private_message")
    await alice.say(message)
    assert (await bob.next_json())["message"] == message


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("/pm bob two  words", "two  words"),
        ("/pm  bob   first spaces", "first spaces"),
        ("/pm bob one\n  two", "one\n  two"),
        ("/pm bob /pm carol psst", "/pm carol psst"),
        ("/pm bob <b>\N{SLIGHTLY SMILING FACE}", "<b>\N{SLIGHTLY SMILING FACE}"),
    ],
)
async def test_the_text_is_kept(enter, message, text):
    """Everything after the name, with the spaces in it."""
    alice, bob = await enter("alice"), await enter("bob")
    await alice.say(message)
    assert (await bob.wait_for(type="private_message"))["message"] == text
    assert (await alice.wait_for(type="private_message_delivered"))["message"] == text


async def test_a_name_may_be_typed_in_another_form(enter):
    """Django keeps names in one form of Unicode (NFKC), and finds them in others."""
    name = "Ünï"
    decomposed = "U\u0308ni\u0308"
    alice, friend = await enter("alice"), await enter(name)
    await alice.say(f"/pm {decomposed} psst")
    await friend.wait_for(type="private_message", message="psst")
    assert (await alice.wait_for(type="private_message_delivered"))["target"] == name


async def test_case_matters(enter):
    """Bob and bob are two users, to Django and so here."""
    alice, _, bob = [await enter(name) for name in ("alice", "Bob", "bob")]
    await alice.say("/pm Bob not for you")
    await alice.wait_for(type="private_message_delivered", target="Bob")
    await alice.say("/pm bob for you")
    assert (await bob.wait_for(type="private_message"))["message"] == "for you"


async def test_it_has_the_limits_of_a_message(enter):
    """The frame counts, 2,000 characters with the command."""
    alice, bob = await enter("alice"), await enter("bob")
    start = "/pm bob "
    await alice.say(start + (2000 - len(start)) * "x")
    await bob.wait_for(type="private_message")
    await alice.say(start + (2001 - len(start)) * "x")
    assert (await alice.wait_for(type="error"))["code"] == "too_long"


def test_on_redis_it_reaches_another_process(two_on_redis):
    """Bob is asked for by name, not by room: wherever his sockets are, they get it."""
    one, other = two_on_redis
    with (
        one.enter("alice") as alice,
        one.enter("bob", "blue") as near,
        other.enter("bob") as far,
        other.enter("carol") as carol,
    ):
        alice.say("/pm bob psst")
        for window in (near, far):
            window.wait_for(type="private_message", user="alice", message="psst")
        alice.wait_for(type="private_message_delivered", target="bob")
        alice.say("hello")
        assert carol.wait_for(user="alice", message="hello")["type"] == "chat_message"
