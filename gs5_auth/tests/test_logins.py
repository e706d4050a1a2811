"""A connection never outlives the login that opened it."""

import asyncio

import pytest
from accounts import browse, make_user
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import OperationalError
from endings import ENDINGS, log_out
from processes import TIMEOUT

LOGIN_OVER = 4401


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
async def test_a_socket_ends_with_its_login(enter, new_session, look_often, end):
    """In whichever way the login ends, the socket sees it when it looks, after
    SESSION_CHECK_SECONDS; bob's looks, too, and stays.
    """
    session_key = await new_session()
    alice, bob = await enter("alice", session_key=session_key), await enter("bob")
    await sync_to_async(end)(session_key)
    assert await alice.close_code() == LOGIN_OVER
    await bob.say("still here")
    await bob.wait_for(type="chat_message", message="still here")


async def test_a_login_that_ends_twice_closes_its_socket_once(enter, new_session):
    """A socket is told of a logout, and may see it by itself at the same time. At a
    second websocket.close uvicorn would raise.
    """
    session_key = await new_session()
    alice = await enter("alice", session_key=session_key)
    from chat.login import session_group

    for _ in range(2):
        event = {"type": "login.over"}
        await get_channel_layer().group_send(session_group(session_key), event)
    assert await alice.close_code() == LOGIN_OVER
    assert await alice.receive_nothing()


async def test_changing_the_password_ends_the_sockets_and_not_the_login(
    enter, new_session, settings, look_often
):
    """Who changes the password stays logged in, under a new session key, which an open
    socket cannot know: 4401, and the page that reloads gets in again.
    """
    await sync_to_async(set_password)("alice", "the old word")
    session_key = await new_session()
    alice = await enter("alice", session_key=session_key)
    browser = browse(session_key)
    fields = {"old_password": "the old word", "new_password1": "the-new-word"}
    response = await browser.post(
        "/accounts/password_change/", fields | {"new_password2": "the-new-word"}
    )
    assert response.status_code == 302
    assert await alice.close_code() == LOGIN_OVER
    assert (await browser.get("/")).status_code == 200
    new_key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert new_key != session_key
    await enter("alice", session_key=new_key)


def set_password(name, password):
    """Give a user a password."""
    user = make_user(name)
    user.set_password(password)
    user.save()


async def test_a_socket_looks_again_and_again(enter, look_often, monkeypatch):
    """While the login lasts it looks, and nothing else happens."""
    alice = await enter("alice")
    looks = count_looks(monkeypatch)
    await looks.reach(3)
    assert await alice.receive_nothing()


async def test_a_database_that_does_not_answer_ends_no_socket(
    enter, new_session, look_often, monkeypatch, caplog
):
    """Who is logged in cannot be told, so nobody is thrown out: that is a warning, and
    the socket goes on looking.
    """
    session_key = await new_session()
    alice = await enter("alice", session_key=session_key)
    with monkeypatch.context() as patch:
        looks = count_looks(patch, error=OperationalError("the disk is away"))
        await looks.reach(2)
    await alice.say("still here")
    await alice.wait_for(type="chat_message", message="still here")
    assert "/ws/chat/red/: looks again later: the disk is away" in caplog.messages
    await sync_to_async(log_out)(session_key)
    assert await alice.close_code() == LOGIN_OVER


def count_looks(monkeypatch, error=None):
    """Count how often sockets look whether their login lasts, or have it raise."""
    import chat.consumers
    from chat.login import user_of

    class Looks:
        made = 0

        def __call__(self, session_key):
            self.made += 1
            if error:
                raise error
            return user_of(session_key)

        async def reach(self, number):
            """Wait until there were so many."""
            async with asyncio.timeout(TIMEOUT):
                while self.made < number:
                    await asyncio.sleep(0)

    looks = Looks()
    monkeypatch.setattr(chat.consumers, "user_of", looks)
    return looks
