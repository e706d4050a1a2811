"""The task that looks after a login ends with its connection."""

import asyncio
import contextlib

import pytest
from accounts import browse, page
from channels.layers import get_channel_layer
from clients import Client
from processes import TIMEOUT
from redis.exceptions import ConnectionError as RedisConnectionError

UNAVAILABLE = 4503
LOGIN_OVER = 4401


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
    return [name for name in names if name.endswith(".look_around")]


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


@pytest.mark.parametrize("seconds", [0.05, 30])
async def test_no_task_is_left_when_the_login_ends(new_session, monkeypatch, seconds):
    """Whether the task itself finds out or the socket is told."""
    session_key = await new_session()
    import chat.consumers
    from config.asgi import application

    monkeypatch.setattr(chat.consumers.ChatConsumer, "look_seconds", seconds)

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
