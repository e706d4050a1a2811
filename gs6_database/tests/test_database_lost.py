"""The database goes away while somebody comes in."""

import logging
from importlib import import_module

import pytest
from accounts import knock, log_in, make_user, page
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from clients import Client
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
)
from endings import delete_session
from processes import TIMEOUT

LOGIN_OVER = 4401
UNAVAILABLE = 4503
NOWHERE = "/nonexistent/database.sqlite3"


@pytest.fixture
def lose(monkeypatch, caplog):
    """Lose the database after so many looks at a session. Return the warnings."""
    import_module("config.asgi")  # it sets up the log, anew: now, and not later

    def lose_after(looks, kind=OperationalError):
        from chat import login

        get_user, made = login.get_user, []

        def fail(request):
            made.append(request)
            if len(made) > looks:
                raise kind("the disk is away")
            return get_user(request)

        monkeypatch.setattr(login, "get_user", fail)
        caplog.clear()
        return lambda: [r for r in caplog.records if r.levelno >= logging.WARNING]

    return lose_after


def test_a_lock_is_waited_for_in_time():
    """For three seconds: Daphne gives a handshake five, which are Python's own."""
    make_user("alice")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone() == (3000,)
        else:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("3s",)


async def test_at_the_door_the_handshake_is_refused(lose):
    """Who it is cannot be told: that is one warning, and no exception."""
    headers = page(await sync_to_async(log_in)("alice"))
    assert await knock(headers)
    warnings = lose(0)
    assert not await knock(headers)
    (warning,) = warnings()
    assert "the database is lost: the disk is away" in warning.getMessage()
    assert "/ws/chat/red/" in warning.getMessage()
    assert warning.exc_info is None


async def test_after_the_door_the_handshake_is_refused(lose):
    """The connection has joined groups already: it leaves them."""
    headers = page(await sync_to_async(log_in)("alice"))
    assert await knock(headers)
    warnings = lose(1)
    assert not await knock(headers)
    (warning,) = warnings()
    assert warning.getMessage() == (
        "/ws/chat/red/: the database is lost: the disk is away"
    )
    assert warning.exc_info is None
    assert get_channel_layer().groups == {}


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (OperationalError, "is lost"),
        (InterfaceError, "is lost"),
        (DatabaseError, "refuses"),
        (DataError, "refuses"),
        (IntegrityError, "refuses"),
        (ProgrammingError, "refuses"),
    ],
)
async def test_the_log_tells_what_is_lost_from_what_is_refused(lose, kind, what):
    """A database that is away, and one that does not take what it is asked, need other
    remedies. The client comes back after either: 4503, if it sees a code.
    """
    session_key = await sync_to_async(log_in)("alice")
    from config.asgi import application

    warnings = lose(1, kind)
    client = Client(application, "/ws/chat/red/", page(session_key))
    assert await client.connect(TIMEOUT) == (False, UNAVAILABLE)
    await client.disconnect()
    (warning,) = warnings()
    assert (
        warning.getMessage() == f"/ws/chat/red/: the database {what}: the disk is away"
    )
    assert warning.exc_info is None


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (OperationalError, "is lost"),
        (InterfaceError, "is lost"),
        (ProgrammingError, "refuses"),
    ],
)
async def test_at_the_door_none_of_them_raises(lose, kind, what):
    """There it is one warning, too, and HTTP 403."""
    headers = page(await sync_to_async(log_in)("alice"))
    assert await knock(headers)
    warnings = lose(0, kind)
    assert not await knock(headers)
    (warning,) = warnings()
    assert f": the database {what}: the disk is away" in warning.getMessage()
    assert warning.exc_info is None


async def test_a_ticket_is_no_way_round(lose):
    """Whose it is stands in the database, too."""
    await sync_to_async(log_in)("alice")
    from chat.door import write_ticket

    session_key = await sync_to_async(log_in)("alice")
    path = f"/ws/chat/red/?ticket={write_ticket(session_key)}"
    assert await knock([], path)
    warnings = lose(0)
    assert not await knock([], path)
    (warning,) = warnings()
    assert "the database is lost" in warning.getMessage()


def test_a_server_without_a_database_refuses(keep, start_server):
    """The client sees HTTP 403, and the log has one line for it, without a traceback.
    With its database a server lets the same browser in.
    """
    session_key = log_in("alice")
    good = keep("daphne")
    environment = {"DATABASE": NOWHERE, "DATABASE_URL": f"sqlite:///{NOWHERE}"}
    bad = start_server("daphne", **environment)
    status = [
        server.handshake_status(*server.door("alice", session_key=session_key))
        for server in (good, bad)
    ]
    assert status == [101, 403]
    (line,) = bad.wait_for("the database is lost")
    assert " WARNING " in line
    assert "Traceback" not in bad.log


def test_while_the_database_is_lost_open_sockets_stay(start_server):
    """Each look is a warning; what is said still arrives; and when the database is back
    the looks see what has happened.
    """
    server = start_server("daphne", SESSION_CHECK_SECONDS="0.1")
    session_key = log_in("alice")
    with server.enter("alice", "lost", session_key) as alice:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE django_session RENAME TO away")
            try:
                lines = server.wait_for("/ws/chat/lost/: looks again later", count=2)
                alice.say("/pm alice still here")
                alice.wait_for(type="private_message", message="still here")
            finally:
                cursor.execute("ALTER TABLE away RENAME TO django_session")
        assert " WARNING " in lines[0]
        delete_session(session_key)
        assert alice.close_code() == LOGIN_OVER
    assert "Traceback" not in server.log
