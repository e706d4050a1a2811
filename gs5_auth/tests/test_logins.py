"""A connection never outlives the login that opened it."""

import asyncio
import contextlib
import logging

import channels.auth
import pytest
from accounts import browse, log_in, make_user, page
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from clients import Client
from django.db import OperationalError
from endings import ENDINGS, log_out
from processes import TIMEOUT
from redis.exceptions import ConnectionError as RedisConnectionError
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

UNAVAILABLE = 4503
LOGIN_OVER = 4401
SOON = 0.05  # seconds, for SESSION_CHECK_SECONDS
STORM = 30  # connections


@pytest.fixture
def new_session():
    """Make sessions of alice."""
    return sync_to_async(lambda: log_in("alice"))


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


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
async def test_a_socket_ends_with_its_login(enter, new_session, settings, end):
    """In whichever way the login ends, the socket sees it when it looks, after
    SESSION_CHECK_SECONDS; bob's looks, too, and stays.
    """
    settings.SESSION_CHECK_SECONDS = SOON
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


async def test_the_others_see_the_user_leave(enter, new_session):
    """When the client has gone, after 4401, there is no ghost of it."""
    session_key = await new_session()
    alice, bob = await enter("alice", session_key=session_key), await enter("bob")
    await sync_to_async(log_out)(session_key)
    assert await alice.close_code() == LOGIN_OVER
    await alice.disconnect()
    await bob.wait_for(type="user_leave", user="alice")


async def test_changing_the_password_ends_the_sockets_and_not_the_login(
    enter, new_session, settings
):
    """Who changes the password stays logged in, under a new session key, which an open
    socket cannot know: 4401, and the page that reloads gets in again.
    """
    settings.SESSION_CHECK_SECONDS = SOON
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


async def test_a_logout_before_the_look_refuses_the_handshake(new_session, monkeypatch):
    """The login ends in the instant after the door, when the socket has joined its
    session's group and has not looked: it looks freshly, and sees it.
    """
    session_key = await new_session()
    import chat.consumers
    from chat.login import look

    def late(session_key):
        log_out(session_key)
        return look(session_key)

    monkeypatch.setattr(chat.consumers, "look", late)
    from config.asgi import application

    client = Client(application, "/ws/chat/red/", page(session_key))
    assert (await client.connect(TIMEOUT))[0] is False
    await client.disconnect()


async def test_a_logout_after_the_look_closes_the_socket(new_session, monkeypatch):
    """The login ends in the instant after the look: the socket has joined its session's
    group before, so it is told.
    """
    session_key = await new_session()
    import chat.consumers
    from chat.login import look

    def early(session_key):
        user = look(session_key)
        log_out(session_key)
        return user

    monkeypatch.setattr(chat.consumers, "look", early)
    from config.asgi import application

    client = Client(application, "/ws/chat/red/", page(session_key))
    assert (await client.connect(TIMEOUT))[0] is True
    assert await client.close_code() == LOGIN_OVER
    await client.disconnect()


def test_the_session_is_gone_before_its_sockets_are_told(client, monkeypatch):
    """A socket that joins the group after it was told looks later than that: the look
    must not find the session. So Django's own order, signal first, is turned round.
    """
    assert client.get("/").status_code == 200
    told = []

    async def tell(group, event):
        from django.contrib.sessions.models import Session

        told.append((event["type"], await Session.objects.aexists()))

    monkeypatch.setattr(get_channel_layer(), "group_send", tell)
    client.post("/accounts/logout/")
    assert told == [("login.over", False)]


async def test_no_socket_outlives_a_logout_in_a_storm(new_session):
    """Thirty sockets open while their session logs out, after the first is in: each is
    refused, or closed with 4401.
    """
    session_key = await new_session()
    from config.asgi import application

    in_it = asyncio.Event()

    async def come_in():
        client = Client(application, "/ws/chat/red/", page(session_key))
        accepted, _ = await client.connect(TIMEOUT)
        in_it.set()
        code = await client.close_code() if accepted else None
        await client.disconnect(timeout=TIMEOUT)
        return code

    async def go():
        await in_it.wait()
        await browse(session_key).post("/accounts/logout/")

    *codes, _ = await asyncio.gather(*(come_in() for _ in range(STORM)), go())
    assert LOGIN_OVER in codes
    assert set(codes) <= {LOGIN_OVER, None}


def test_on_redis_no_socket_outlives_a_logout_in_a_storm(two_on_redis):
    """The same over real sockets, in two processes, with one that was open before."""
    one, other = two_on_redis
    session_key = log_in("alice")

    async def come_in(server, go):
        path, headers = server.door("alice", session_key=session_key)
        url = f"ws://{server.address}{path}"
        try:
            async with connect(url, proxy=None, additional_headers=headers) as opened:
                go.set()
                async with asyncio.timeout(TIMEOUT):
                    while True:
                        await opened.recv()
        except InvalidStatus as refusal:
            return refusal.response.status_code
        except ConnectionClosed as closed:
            return closed.rcvd and closed.rcvd.code

    async def storm():
        go = asyncio.Event()
        servers = STORM // 2 * [one, other]
        coming = [asyncio.create_task(come_in(server, go)) for server in servers]
        await go.wait()
        await asyncio.to_thread(one.post, "/accounts/logout/", session_key)
        return await asyncio.gather(*coming)

    with other.enter("alice", session_key=session_key) as early:
        ends = asyncio.run(storm())
        assert early.close_code() == LOGIN_OVER
    assert LOGIN_OVER in ends
    assert set(ends) <= {LOGIN_OVER, 403}


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


async def test_a_logout_without_a_request_raises_nothing(enter, new_session, settings):
    """Channels' own logout() sends the signal without a request: nobody can tell which
    session it was. The socket finds out by itself.
    """
    settings.SESSION_CHECK_SECONDS = SOON
    session_key = await new_session()
    alice = await enter("alice", session_key=session_key)
    from chat.login import open_session

    user = await sync_to_async(make_user)("alice")
    await channels.auth.logout({"session": open_session(session_key), "user": user})
    assert await alice.close_code() == LOGIN_OVER


async def test_a_socket_looks_again_and_again(enter, settings, monkeypatch):
    """While the login lasts it looks, and nothing else happens."""
    settings.SESSION_CHECK_SECONDS = SOON
    alice = await enter("alice")
    looks = count_looks(monkeypatch)
    await looks.reach(3)
    assert await alice.receive_nothing()


async def test_a_database_that_does_not_answer_ends_no_socket(
    enter, new_session, settings, monkeypatch, caplog
):
    """Who is logged in cannot be told, so nobody is thrown out: that is a warning, and
    the socket goes on looking.
    """
    settings.SESSION_CHECK_SECONDS = SOON
    session_key = await new_session()
    alice = await enter("alice", session_key=session_key)
    with monkeypatch.context() as patch:
        looks = count_looks(patch, error=OperationalError("the disk is away"))
        await looks.reach(2)
    await alice.say("still here")
    await alice.wait_for(type="chat_message", message="still here")
    assert "alice: looks again later: the disk is away" in caplog.messages
    await sync_to_async(log_out)(session_key)
    assert await alice.close_code() == LOGIN_OVER


def count_looks(monkeypatch, error=None):
    """Count how often sockets look whether their login lasts, or have it raise."""
    import chat.consumers
    from chat.login import look

    class Looks:
        made = 0

        def __call__(self, session_key):
            self.made += 1
            if error:
                raise error
            return look(session_key)

        async def reach(self, number):
            """Wait until there were so many."""
            async with asyncio.timeout(TIMEOUT):
                while self.made < number:
                    await asyncio.sleep(0)

    looks = Looks()
    monkeypatch.setattr(chat.consumers, "look", looks)
    return looks


@contextlib.asynccontextmanager
async def no_task_left():
    """Assert that what was begun in a with statement has come to its end after it."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before
    if left:
        _, left = await asyncio.wait(left, timeout=TIMEOUT)
    assert not left


def watchers():
    """Return the tasks that look after logins."""
    names = (task.get_coro().__qualname__ for task in asyncio.all_tasks())
    return [name for name in names if name == "ChatConsumer.watch"]


async def test_no_task_is_left_when_a_client_leaves(new_session):
    """The task that looks after the login ends with its connection."""
    session_key = await new_session()
    from config.asgi import application

    async with no_task_left():
        alice = Client(application, "/ws/chat/red/", page(session_key))
        assert await alice.connect(TIMEOUT) == (True, None)
        await alice.wait_for(type="user_join")
        assert len(watchers()) == 1
        await alice.disconnect(timeout=TIMEOUT)


@pytest.mark.parametrize("seconds", [SOON, 30])
async def test_no_task_is_left_when_the_login_ends(new_session, settings, seconds):
    """Whether the task itself finds out or the socket is told."""
    settings.SESSION_CHECK_SECONDS = seconds
    session_key = await new_session()
    from config.asgi import application

    async with no_task_left():
        alice = Client(application, "/ws/chat/red/", page(session_key))
        assert await alice.connect(TIMEOUT) == (True, None)
        await alice.wait_for(type="user_join")
        assert len(watchers()) == 1
        await browse(session_key).post("/accounts/logout/")
        assert await alice.close_code() == LOGIN_OVER
        await alice.disconnect(timeout=TIMEOUT)


async def test_no_task_is_left_when_the_layer_is_lost(new_session, monkeypatch):
    """The connection is closed with 4503, and its task with it."""
    session_key = await new_session()
    from config.asgi import application

    async def fail(*args):
        raise RedisConnectionError("gone")

    async with no_task_left():
        alice = Client(application, "/ws/chat/red/", page(session_key))
        assert await alice.connect(TIMEOUT) == (True, None)
        await alice.wait_for(type="user_join")
        assert len(watchers()) == 1
        monkeypatch.setattr(get_channel_layer(), "group_send", fail)
        await alice.say("hello?")
        assert await alice.close_code() == UNAVAILABLE


async def test_no_task_is_left_of_a_refused_handshake(new_session):
    """Who is not let in is not looked after."""
    session_key = await new_session()
    from config.asgi import application

    async with no_task_left():
        nobody = Client(application, "/ws/chat/red/", page("x" * 32))
        assert (await nobody.connect(TIMEOUT))[0] is False
        assert watchers() == []
        await nobody.disconnect(timeout=TIMEOUT)
        alice = Client(application, "/ws/chat/red/", page(session_key))
        assert (await alice.connect(TIMEOUT))[0] is True
        await alice.disconnect(timeout=TIMEOUT)
