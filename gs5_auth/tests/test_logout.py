"""Logging out closes the session's sockets, wherever they are."""

import logging

import channels.auth
from accounts import browse, log_in, make_user
from asgiref.sync import sync_to_async
from endings import log_out

LOGIN_OVER = 4401


async def test_logging_out_closes_every_socket_of_the_session(enter, new_session):
    """Two tabs, in two rooms: both are closed with 4401, at once and not at the next
    look, which is 30 s away.
    """
    session_key = await new_session()
    tabs = [await enter("alice", room, session_key) for room in ("red", "blue")]
    await browse(session_key).post("/accounts/logout/")
    assert [await tab.close_code() for tab in tabs] == 2 * [LOGIN_OVER]


async def test_logging_out_closes_no_other_session(enter, new_session):
    """The same user stays logged in on another computer; so do the others."""
    session_key = await new_session()
    here = await enter("alice", session_key=session_key)
    there, bob = await enter("alice"), await enter("bob")
    await browse(session_key).post("/accounts/logout/")
    assert await here.close_code() == LOGIN_OVER
    for client in (there, bob):
        await client.say("still here")
        await client.wait_for(type="chat_message", message="still here")


def test_the_browser_is_told_4401(server):
    """Over a real socket of each server; it is not reset, and not refused."""
    session_key = log_in("alice")
    with (
        server.enter("alice", session_key=session_key) as here,
        server.enter("alice") as there,
    ):
        server.post("/accounts/logout/", session_key)
        assert here.close_code() == LOGIN_OVER
        there.say("still here")
        there.wait_for(type="chat_message", message="still here")


def test_on_redis_logging_out_closes_sockets_of_another_process(two_on_redis):
    """The socket need not be in the process that the browser logs out at."""
    one, other = two_on_redis
    session_key = log_in("alice")
    with (
        one.enter("alice", session_key=session_key) as here,
        other.enter("alice", session_key=session_key) as there,
        other.enter("alice") as another,
    ):
        one.post("/accounts/logout/", session_key)
        assert here.close_code() == there.close_code() == LOGIN_OVER
        another.say("still here")
        another.wait_for(type="chat_message", message="still here")


async def test_the_others_see_the_user_leave(enter, new_session):
    """When the client has gone, after 4401, there is no ghost of it."""
    session_key = await new_session()
    alice, bob = await enter("alice", session_key=session_key), await enter("bob")
    await sync_to_async(log_out)(session_key)
    assert await alice.close_code() == LOGIN_OVER
    await alice.disconnect()
    await bob.wait_for(type="user_leave", user="alice")


async def test_what_is_sent_after_the_end_is_not_passed_on(enter, new_session):
    """A client need not stop at 4401: the next that bob gets is that she has left."""
    session_key = await new_session()
    alice, bob = await enter("alice", session_key=session_key), await enter("bob")
    await bob.wait_for(type="user_list")
    await alice.say("I am here")
    assert (await bob.next_json())["message"] == "I am here"
    await sync_to_async(log_out)(session_key)
    assert await alice.close_code() == LOGIN_OVER
    for message in ("I am still here", "/pm bob psst"):
        await alice.say(message)
    await alice.disconnect()
    assert await bob.next_json() == {"type": "user_leave", "user": "alice"}


def test_without_redis_one_can_log_out(client, settings, caplog):
    """The session ends although no socket can be told: that is one warning, and the
    sockets find out when they look.
    """
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:1"]},
        }
    }
    assert client.get("/").status_code == 200
    caplog.clear()
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/").status_code == 302
    (warning,) = [r for r in caplog.records if r.name == "chat.login"]
    assert warning.levelno == logging.WARNING
    assert "a logout reaches no socket" in warning.message


async def test_a_logout_without_a_request_raises_nothing(
    enter, new_session, look_often
):
    """Channels' own logout() sends the signal without a request: nobody can tell which
    session it was. The socket finds out by itself.
    """
    session_key = await new_session()
    alice = await enter("alice", session_key=session_key)
    from chat.login import open_session

    user = await sync_to_async(make_user)("alice")
    await channels.auth.logout({"session": open_session(session_key), "user": user})
    assert await alice.close_code() == LOGIN_OVER
