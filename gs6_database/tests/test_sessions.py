"""A look at a session: it costs little, and it changes nothing."""

import asyncio

import pytest
from accounts import browse, knock, log_in, make_user, page
from asgiref.sync import sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext
from processes import TIMEOUT

LOOK = 2  # queries: the session, and the user


@pytest.fixture
def rotate(settings):
    """Put a new SECRET_KEY into the settings, and the old one into the fallbacks."""

    def put(fallback=True):
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if fallback else []
        settings.SECRET_KEY = "another key, as good as the one before"

    return put


def rows():
    """Return what is stored of all sessions."""
    from django.contrib.sessions.models import Session

    return list(Session.objects.order_by("session_key").values())


@pytest.mark.parametrize("rotated", [False, True])
def test_a_look_is_two_queries_and_writes_nothing(rotate, rotated):
    """Not even after a change of SECRET_KEY, when Django would renew the session: a
    socket could not tell its browser of the new key.
    """
    session_key = log_in("alice")
    from chat.login import user_of

    if rotated:
        rotate()
    before = rows()
    with CaptureQueriesContext(connection) as captured:
        assert user_of(session_key).get_username() == "alice"
    assert [query["sql"].split()[0] for query in captured] == LOOK * ["SELECT"]
    assert rows() == before


def test_a_look_at_a_dead_session_writes_nothing():
    """A session whose user has changed the password is of no use; Django would delete
    it. The page that reloads will.
    """
    session_key = log_in("alice")
    from chat.login import user_of

    assert user_of(session_key) is not None
    make_user("alice", password="changed")
    before = rows()
    with CaptureQueriesContext(connection) as captured:
        assert user_of(session_key) is None
    assert [query["sql"].split()[0] for query in captured] == LOOK * ["SELECT"]
    assert rows() == before


@pytest.mark.parametrize("session_key", [None, "", "short"])
def test_without_a_session_key_there_is_no_query(session_key):
    """Whoever shows no cookie, or one that cannot be, costs nothing."""
    good = log_in("alice")
    from chat.login import user_of

    assert user_of(good) is not None
    with CaptureQueriesContext(connection) as captured:
        assert user_of(session_key) is None
    assert len(captured) == 0


async def test_a_foreign_origin_costs_nothing(new_session, queries):
    """Another site's page is refused before anybody looks into the database."""
    session_key = await new_session()
    queries.clear()
    assert await knock(page(session_key))
    assert queries
    queries.clear()
    assert not await knock(page(session_key, "http://evil.example"))
    assert queries == []


async def test_a_rotated_secret_key_logs_nobody_out(new_session, rotate):
    """With the old key among SECRET_KEY_FALLBACKS the socket opens, its session is
    still stored, and the pages know their user.
    """
    session_key = await new_session()
    rotate()
    before = await sync_to_async(rows)()
    assert await knock(page(session_key))
    assert await sync_to_async(rows)() == before
    response = await browse(session_key).get("/")
    assert response.status_code == 200
    assert "alice" in response.text


async def test_without_the_fallback_it_logs_out(new_session, rotate):
    """So it is the fallback that keeps the others in."""
    session_key = await new_session()
    assert await knock(page(session_key))
    rotate(fallback=False)
    assert not await knock(page(session_key))


async def test_the_stack_of_channels_logs_out(new_session, rotate):
    """AuthMiddlewareStack does not know of fallbacks: it deletes the session of whoever
    opens a socket after the rotation, and the pages do not know their user any more.
    That is what LoginMiddleware is for.
    """
    session_key = await new_session()
    from channels.auth import AuthMiddlewareStack

    async def door(scope, receive, send):
        is_in = scope["user"].is_authenticated
        await send({"type": "websocket.accept" if is_in else "websocket.close"})

    stack = AuthMiddlewareStack(door)
    assert await knock(page(session_key), application=stack)
    rotate()
    assert len(await sync_to_async(rows)()) == 1
    assert not await knock(page(session_key), application=stack)
    assert await sync_to_async(rows)() == []
    assert (await browse(session_key).get("/")).status_code == 302


async def test_an_open_socket_survives_a_rotation(
    enter, new_session, rotate, look_often, queries
):
    """It looks as the door does: the login lasts."""
    session_key = await new_session()
    alice = await enter("alice", session_key=session_key)
    rotate()
    queries.clear()
    async with asyncio.timeout(TIMEOUT):
        while len(queries) < 2 * LOOK:
            await asyncio.sleep(0)
    await alice.say("still here")
    await alice.wait_for(type="chat_message", message="still here")


async def test_a_ticket_survives_a_rotation(new_session, rotate):
    """It was encrypted with the old key, and is good for the rest of its 30 s."""
    session_key = await new_session()
    response = await browse(session_key).post("/accounts/ticket/")
    ticket = response.json()["ticket"]
    rotate()
    assert await knock([], f"/ws/chat/red/?ticket={ticket}")
