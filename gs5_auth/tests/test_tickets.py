"""Tickets: how what has no cookies gets in."""

import re
import time
from types import SimpleNamespace

import pytest
from accounts import knock, log_in, page
from asgiref.sync import sync_to_async
from clients import Client
from cryptography import fernet
from django.test import Client as Browser
from endings import ENDINGS
from processes import TIMEOUT
from tickets import take, with_ticket

LOGIN_OVER = 4401
TICKET_LIFE = 30  # seconds


@pytest.fixture
def at(monkeypatch):
    """Set the clock that tickets go by, in seconds from now: it stands still."""
    now = int(time.time())

    def set_clock(seconds):
        clock = SimpleNamespace(time=lambda: now + seconds)
        monkeypatch.setattr(fernet, "time", clock)

    set_clock(0)
    return set_clock


def test_a_ticket_opens_a_socket_without_cookie_and_origin(server):
    """A program that is no browser gets in, as the user who took the ticket."""
    ticket = re.search(
        '"ticket": "(.+)"', server.post("/accounts/ticket/", log_in("a"))
    )
    with server.connect(with_ticket(ticket[1])) as websocket:
        assert websocket.next_json()["user"] == "a"


async def test_a_ticket_is_good_for_its_user(new_session):
    """The welcome names the user, whoever's cookie comes with the ticket."""
    ticket = await take(await new_session())
    bob = await sync_to_async(log_in)("bob")
    from config.asgi import application

    client = Client(application, with_ticket(ticket), page(bob))
    await client.connect(TIMEOUT)
    assert (await client.next_json())["user"] == "alice"
    await client.disconnect()


async def test_a_ticket_may_be_used_again_while_it_lives(new_session, at):
    """A connection that breaks at once can be tried again: for 30 s."""
    path = with_ticket(await take(await new_session()))
    for _ in range(2):
        assert await knock([], path)
    at(TICKET_LIFE - 1)
    assert await knock([], path)


async def test_a_ticket_ends_after_30_seconds(new_session, at, caplog):
    """Whoever finds it later, in a log, has nothing: even with a good cookie. Each time
    that is one warning, which does not show it again.
    """
    session_key = await new_session()
    ticket = await take(session_key)
    assert await knock([], with_ticket(ticket))
    at(TICKET_LIFE + 1)
    caplog.clear()
    assert not await knock([], with_ticket(ticket))
    assert not await knock(page(session_key), with_ticket(ticket))
    assert caplog.messages == 2 * ["'/ws/chat/red/': the ticket is no good"]


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
async def test_a_ticket_ends_with_its_login(new_session, end):
    """However the login ends: what is left of the 30 s is of no use."""
    session_key = await new_session()
    path = with_ticket(await take(session_key))
    assert await knock([], path)
    await sync_to_async(end)(session_key)
    assert not await knock([], path)


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
async def test_its_sockets_end_with_the_login(new_session, look_often, end):
    """A socket that a ticket opened is closed with 4401 like any other."""
    session_key = await new_session()
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
