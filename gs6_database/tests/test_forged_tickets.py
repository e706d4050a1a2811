"""A ticket that was never given opens nothing; a good one shows nothing."""

import base64

import pytest
from accounts import knock, page
from clients import Client
from cryptography.fernet import Fernet
from django.core import signing
from django.test import override_settings
from processes import TIMEOUT
from tickets import take, with_ticket

FORGERIES = {
    "garbage": lambda good: "garbage",
    "empty": lambda good: "",
    "not ASCII": lambda good: "\xff日本",
    "NUL": lambda good: "\0",
    "cut off": lambda good: good[:-8],
    "its beginning changed": lambda good: "B" + good[1:],
    "its middle changed": lambda good: change(good, len(good) // 2),
    "its end changed": lambda good: change(good, -10),
    "another key": lambda good: Fernet(Fernet.generate_key()).encrypt(b"x").decode(),
    "signed, not encrypted": lambda good: signing.dumps("x"),
}


def change(text, place):
    """Change one character of a text."""
    other = "A" if text[place] != "A" else "B"
    start, end = text[:place], text[place:][1:]
    return start + other + end


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_ticket_is_refused(new_session, forge):
    """Even with a good cookie and Origin: whoever shows a ticket goes by the ticket."""
    session_key = await new_session()
    good = await take(session_key)
    assert await knock([], with_ticket(good))
    assert await knock(page(session_key))
    assert not await knock(page(session_key), with_ticket(forge(good)))


@pytest.mark.parametrize("session_key", [32 * "x", "x", "", "\n\0é"])
async def test_a_ticket_of_no_session_is_refused(new_session, session_key):
    """Even if it is one of ours: the session is looked for each time."""
    assert await knock([], with_ticket(await take(await new_session())))
    from chat.door import write_ticket

    assert not await knock([], with_ticket(write_ticket(session_key)))


async def test_another_secret_key_makes_no_tickets(new_session):
    """Who knows the session's key, and not SECRET_KEY, makes no ticket of it."""
    session_key = await new_session()
    assert await knock([], with_ticket(await take(session_key)))
    with override_settings(SECRET_KEY="a guess"):
        forged = await take(await new_session())
        assert await knock([], with_ticket(forged))
    assert not await knock([], with_ticket(forged))


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
    """It stands in an address, so in logs: the session's key cannot be read from it,
    not even a part, in whatever way it is written.
    """
    session_key = await new_session()
    ticket = await take(session_key)
    shown = ticket.encode()
    for each in ticket.split(":"):
        shown += base64.urlsafe_b64decode(each + (-len(each) % 4) * "=")
    from chat.login import session_group

    key, group = session_key.encode(), session_group(session_key).split(".")[1]
    forms = [key, key[::-1], key.hex().encode(), base64.urlsafe_b64encode(key)]
    forms += [group.encode(), bytes.fromhex(group)]
    for form in forms:
        parts = {form[start : start + 6] for start in range(len(form) - 5)}
        assert not [part for part in parts if part in shown]


async def test_two_tickets_of_a_session_have_nothing_in_common(new_session):
    """Nobody who reads the log can tell that two tickets are of one session; only the
    version and the time, at the beginning, may be the same.
    """
    session_key = await new_session()
    one, other = await take(session_key), await take(session_key)
    for ticket in (one, other):
        assert await knock([], with_ticket(ticket))
    parts = {one[start : start + 6] for start in range(12, len(one) - 5)}
    assert not [part for part in parts if part in other[12:]]


async def test_of_two_sessions_each_has_its_own_tickets(new_session, enter):
    """Each opens the door to its own user: that of the session it was given for."""
    from config.asgi import application

    for name in ("alice", "bob"):
        session_key = (await enter(name)).scope["headers"][0][1].decode()
        ticket = await take(session_key.removeprefix("sessionid="))
        client = Client(application, with_ticket(ticket))
        assert await client.connect(TIMEOUT) == (True, None)
        assert (await client.next_json())["user"] == name
        await client.disconnect()
