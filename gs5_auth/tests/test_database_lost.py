"""The database goes away while somebody comes in."""

import logging
from importlib import import_module

import pytest
from accounts import knock, log_in, page
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import OperationalError

NOWHERE = "/nonexistent/database.sqlite3"


@pytest.fixture
def lose(monkeypatch, caplog):
    """Lose the database after so many looks at a session. Return the warnings."""
    import_module("config.asgi")  # it sets up the log, anew: now, and not later

    def lose_after(looks):
        from chat import login

        get_user, made = login.get_user, []

        def fail(request):
            made.append(request)
            if len(made) > looks:
                raise OperationalError("the disk is away")
            return get_user(request)

        monkeypatch.setattr(login, "get_user", fail)
        caplog.clear()
        return lambda: [r for r in caplog.records if r.levelno >= logging.WARNING]

    return lose_after


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
