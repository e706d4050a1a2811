"""A user gets another name: nobody speaks under the old one."""

from accounts import make_user, page
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from clients import Client
from processes import TIMEOUT

LOGIN_OVER = 4401


def rename(old, new):
    """Have an administrator give a user another name."""
    user = make_user(old)
    user.username = new
    user.save()


async def test_a_renamed_user_is_closed_and_comes_back_by_the_new_name(
    enter, new_session, look_often
):
    """At the next look: 4401, as at the end of a login. The login itself lasts, so the
    page that reloads is in again, and is called by the new name; bob's stays open.
    """
    session_key = await new_session()
    alice, bob = await enter("alice", session_key=session_key), await enter("bob")
    await bob.say("I stay")
    await bob.wait_for(type="chat_message")
    await sync_to_async(rename)("alice", "alicia")
    assert await alice.close_code() == LOGIN_OVER
    await alice.disconnect()
    await bob.wait_for(type="user_leave", user="alice")
    again = await enter("alicia", session_key=session_key)
    await bob.wait_for(type="user_join", user="alicia")
    await again.say("It is me.")
    await bob.wait_for(type="chat_message", user="alicia", message="It is me.")
    await bob.say("/pm alicia psst")
    await again.wait_for(type="private_message", user="bob", message="psst")


async def test_a_user_renamed_before_coming_in_has_the_new_name(new_session):
    """The welcome says so, in the session that was begun under the old one."""
    session_key = await new_session()
    await sync_to_async(rename)("alice", "alicia")
    from config.asgi import application

    client = Client(application, "/ws/chat/red/", page(session_key))
    assert await client.connect(TIMEOUT) == (True, None)
    assert (await client.next_json())["user"] == "alicia"
    await client.disconnect()


async def test_a_user_renamed_at_the_door_is_not_let_in(new_session, monkeypatch):
    """Between the door and the look after it: refused, in no group. It comes back."""
    session_key = await new_session()
    import chat.consumers
    from chat.login import user_of

    def late(session_key):
        rename("alice", "alicia")
        return user_of(session_key)

    monkeypatch.setattr(chat.consumers, "user_of", late)
    from config.asgi import application

    client = Client(application, "/ws/chat/red/", page(session_key))
    assert (await client.connect(TIMEOUT))[0] is False
    await client.disconnect()
    assert get_channel_layer().groups == {}
