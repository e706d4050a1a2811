"""Any name that Django takes is good for a chat, and a group."""

import pytest
from django.test import Client as Browser

NAMES = ["d.e+f@g_h-i", "_" + 149 * "x", "Ünï-日本", "-", "4401", "__proto__"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_one_can_sign_up_with_it(name):
    """Django's form takes it, and the pages show it."""
    words = {"password1": "to-be-or-not", "password2": "to-be-or-not"}
    browser = Browser()
    response = browser.post("/accounts/signup/", {"username": name} | words)
    assert response.status_code == 302
    for path in ("/", "/chat/red/"):
        assert f"<span>{name}</span>" in browser.get(path).text


@pytest.mark.parametrize("name", NAMES, ids=ascii)
async def test_it_can_speak_and_be_spoken_to(enter, open_client, name):
    """Its welcome, join, messages and private messages name it; it leaves."""
    bob = await enter("bob")
    friend = await open_client(name)
    assert (await friend.next_json())["user"] == name
    await bob.wait_for(type="user_join", user=name)
    await friend.say("hello")
    await bob.wait_for(type="chat_message", user=name, message="hello")
    await bob.say(f"/pm {name} psst")
    await friend.wait_for(type="private_message", user="bob", message="psst")
    await friend.disconnect()
    await bob.wait_for(type="user_leave", user=name)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_on_redis_it_can_be_spoken_to(two_on_redis, name):
    """A group's name has rules of its own (ASCII, under 100 characters): a user's name
    need not know them.
    """
    one, other = two_on_redis
    with one.enter("bob") as bob, other.enter(name) as friend:
        bob.say(f"/pm {name} psst")
        friend.wait_for(type="private_message", user="bob", message="psst")
        bob.wait_for(type="private_message_delivered", target=name)
