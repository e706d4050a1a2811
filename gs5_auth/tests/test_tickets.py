"""Tickets: how what has no cookies gets in."""

import base64
import re
import time
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from accounts import browse, knock, log_in, page
from asgiref.sync import sync_to_async
from clients import Client
from django.core import signing
from django.test import Client as Browser
from endings import ENDINGS
from processes import TIMEOUT

LOGIN_OVER = 4401
RED = "/ws/chat/red/"
TICKET_LIFE = 30  # seconds


def with_ticket(ticket):
    """Return the path with which one opens a socket by a ticket."""
    return f"{RED}?ticket={quote(ticket)}"


async def take(session_key):
    """Return a ticket, as the server gives it to whoever is logged in."""
    response = await browse(session_key).post("/accounts/ticket/")
    assert response.status_code == 200
    return response.json()["ticket"]


@pytest.fixture
def at(monkeypatch):
    """Set the clock that signatures go by, in seconds from now: it stands still."""
    now = int(time.time())

    def set_clock(seconds):
        clock = SimpleNamespace(time=lambda: now + seconds)
        monkeypatch.setattr(signing, "time", clock)

    set_clock(0)
    return set_clock


@pytest.fixture
def alice():
    """Make sessions of alice."""
    return sync_to_async(lambda: log_in("alice"))


def test_a_ticket_opens_a_socket_without_cookie_and_origin(server):
    """A program that is no browser gets in, as the user who took the ticket."""
    ticket = re.search(
        '"ticket": "(.+)"', server.post("/accounts/ticket/", log_in("a"))
    )
    with server.connect(with_ticket(ticket[1])) as websocket:
        assert websocket.next_json()["user"] == "a"


async def test_a_ticket_is_good_for_its_user(alice):
    """The welcome names the user, whoever's cookie comes with the ticket."""
    ticket = await take(await alice())
    bob = await sync_to_async(log_in)("bob")
    from config.asgi import application

    client = Client(application, with_ticket(ticket), page(bob))
    await client.connect(TIMEOUT)
    assert (await client.next_json())["user"] == "alice"
    await client.disconnect()


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
async def test_a_forged_ticket_is_refused(alice, name):
    """Even with a good cookie and Origin: whoever shows a ticket goes by the ticket."""
    session_key = await alice()
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


async def test_a_ticket_may_be_used_again_while_it_lives(alice, at):
    """A connection that breaks at once can be tried again: for 30 s."""
    path = with_ticket(await take(await alice()))
    for _ in range(2):
        assert await knock([], path)
    at(TICKET_LIFE - 1)
    assert await knock([], path)


async def test_a_ticket_ends_after_30_seconds(alice, at):
    """Whoever finds it later, in a log, has nothing: even with a good cookie."""
    session_key = await alice()
    path = with_ticket(await take(session_key))
    assert await knock([], path)
    at(TICKET_LIFE + 1)
    assert not await knock([], path)
    assert not await knock(page(session_key), path)


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
async def test_a_ticket_ends_with_its_login(alice, end):
    """However the login ends: what is left of the 30 s is of no use."""
    session_key = await alice()
    path = with_ticket(await take(session_key))
    assert await knock([], path)
    await sync_to_async(end)(session_key)
    assert not await knock([], path)


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
async def test_its_sockets_end_with_the_login(alice, settings, end):
    """A socket that a ticket opened is closed with 4401 like any other."""
    settings.SESSION_CHECK_SECONDS = 0.05
    session_key = await alice()
    ticket = await take(session_key)
    from config.asgi import application

    client = Client(application, with_ticket(ticket))
    assert await client.connect(TIMEOUT) == (True, None)
    await client.wait_for(type="user_join", user="alice")
    await sync_to_async(end)(session_key)
    assert await client.close_code() == LOGIN_OVER
    await client.disconnect()


def test_nobody_gets_a_ticket_without_a_login():
    """HTTP 403, and JSON: who asks is a program."""
    response = Browser().post("/accounts/ticket/")
    assert response.status_code == 403
    assert response.json() == {"error": "log in first"}


def test_a_ticket_needs_post(client):
    """To open the address gives none: HTTP 405."""
    assert client.post("/accounts/ticket/").status_code == 200
    assert client.get("/accounts/ticket/").status_code == 405


def test_another_site_gets_no_ticket(client):
    """Without the token of our pages the answer is HTTP 403 (CSRF)."""
    client.handler.enforce_csrf_checks = True
    assert client.get("/").status_code == 200
    assert client.post("/accounts/ticket/").status_code == 403
    token = client.cookies["csrftoken"].value
    headers = {"X-CSRFToken": token}
    assert client.post("/accounts/ticket/", headers=headers).status_code == 200


async def test_a_ticket_does_not_show_the_session(alice):
    """It stands in an address, so in logs: of the session's key it shows 8 characters,
    which are too few to use it.
    """
    session_key = await alice()
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
