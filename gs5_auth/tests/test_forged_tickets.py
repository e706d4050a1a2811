"""A ticket that was never given opens nothing; a good one shows nothing."""

import base64

import pytest
from accounts import knock, log_in, page
from asgiref.sync import sync_to_async
from clients import Client
from django.core import signing
from processes import TIMEOUT
from tickets import take, with_ticket


def forged(session_key):
    """Return tickets that were never given, by what is wrong with them."""
    from chat.login import SALT, digest, write_ticket

    good = write_ticket(session_key)
    content = [session_key[:8], digest(session_key)]
    return {
        "garbage": "garbage",
        "empty": "",
        "colons": "::",
        "not ASCII": "\xff日本",
        "NUL": "\0",
        "changed": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "without its signature": good.rsplit(":", 1)[0],
        "a signature without content": "::" + good.rsplit(":", 1)[1],
        "another salt": signing.dumps(content, salt="another"),
        "another key": signing.dumps(content, key="another", salt=SALT),
        "a session that never was": write_ticket(32 * "x"),
    }


@pytest.mark.parametrize(
    "name",
    ["garbage", "empty", "colons", "not ASCII", "NUL", "changed"]
    + ["without its signature", "a signature without content", "another salt"]
    + ["another key", "a session that never was"],
)
async def test_a_forged_ticket_is_refused(new_session, name):
    """Even with a good cookie and Origin: whoever shows a ticket goes by the ticket."""
    session_key = await new_session()
    assert await knock([], with_ticket(await take(session_key)))
    assert await knock(page(session_key))
    ticket = forged(session_key)[name]
    assert not await knock(page(session_key), with_ticket(ticket))


def test_a_bad_ticket_is_one_warning(server):
    """HTTP 403, and a line in the log that shows the path and not the ticket."""
    path, headers = server.door("alice", "forged")
    assert server.handshake_status(path, headers) == 101
    assert server.handshake_status(f"{path}?ticket=forged", headers) == 403
    lines = server.wait_for("'/ws/chat/forged/': the ticket is no good")
    assert len(lines) == 1
    assert " WARNING " in lines[0]
    assert "Traceback" not in server.log


async def test_a_ticket_does_not_show_the_session(new_session):
    """It stands in an address, so in logs: of the session's key it shows 8 characters,
    which are too few to use it.
    """
    session_key = await new_session()
    ticket = await take(session_key)
    content = ticket.split(":")[0]
    shown = ticket + base64.urlsafe_b64decode(content + "==").decode("latin-1")
    assert session_key[:8] in shown
    assert session_key[:9] not in shown
    assert session_key[8:12] not in shown


async def test_two_sessions_that_begin_alike_are_told_apart():
    """The eight characters find some sessions, the hash says which: of two users whose
    keys begin alike each gets in by their own ticket.
    """
    session_keys = {}
    for name in ("alice", "bob"):
        session_keys[name] = await sync_to_async(session_of)(
            name, f"likewise{name:x<24}"
        )
    from config.asgi import application

    for name, session_key in session_keys.items():
        client = Client(application, with_ticket(await take(session_key)))
        assert await client.connect(TIMEOUT) == (True, None)
        assert (await client.next_json())["user"] == name
        await client.disconnect()


def session_of(name, wanted):
    """Return the key of a session of a user: the one that is wanted."""
    session_key = log_in(name)
    from django.contrib.sessions.models import Session

    Session.objects.filter(session_key=session_key).update(session_key=wanted)
    return wanted
