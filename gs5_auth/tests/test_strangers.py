"""Who is not logged in costs nothing, and gets nowhere."""

import logging
from importlib import import_module

import pytest
from accounts import knock, make_user, page
from channels.layers import get_channel_layer
from django.test import Client as Browser

STRANGERS = {"no cookie": None, "no session": 32 * "x", "an empty one": ""}


@pytest.fixture
def refused(new_session, caplog):
    """Assert that a stranger's handshake is refused, where alice is let in. Return what
    is logged of it.
    """
    import_module("config.asgi")  # it sets up the log, anew: now, and not later

    async def knock_as(key):
        assert await knock(page(await new_session()))
        headers = page(key)[1:] if key is None else page(key)
        caplog.clear()
        with caplog.at_level(logging.INFO):
            assert not await knock(headers)
        return [record for record in caplog.records if record.name == "chat.login"]

    return knock_as


@pytest.mark.parametrize("key", STRANGERS.values(), ids=STRANGERS)
async def test_a_stranger_is_one_line_in_the_log(refused, key):
    """It is a warning, as for every handshake that is refused, and it says why."""
    (record,) = await refused(key)
    assert record.levelno == logging.WARNING
    assert record.getMessage() == "'/ws/chat/red/': nobody is logged in"


async def test_a_stranger_does_not_reach_the_channel_layer(refused, monkeypatch):
    """Nothing is joined, sent or made there: the door itself refuses."""
    used = []
    layer = type(get_channel_layer())

    def note(name):
        method = getattr(layer, name)

        def noted(self, *args, **kwargs):
            used.append(name)
            return method(self, *args, **kwargs)

        monkeypatch.setattr(layer, name, noted)

    for name in ("new_channel", "group_add", "group_discard", "group_send", "receive"):
        note(name)
    await refused(None)
    assert "new_channel" in used
    used.clear()
    assert not await knock(page(32 * "x"))
    assert used == []


def test_a_stranger_is_refused_while_redis_is_away(start_server):
    """HTTP 403 and the same line, not that the channel layer is lost; who is logged in
    learns that it is.
    """
    url = "redis://127.0.0.1:1"
    server = start_server("daphne", REDIS_URL=url)
    path, headers = server.door("alice")
    assert server.handshake_status(path, headers) == 403
    server.wait_for("the channel layer is lost")
    path, headers = server.door("nobody", "strangers", session_key=32 * "x")
    assert server.handshake_status(path, headers) == 403
    (line,) = server.wait_for("'/ws/chat/strangers/': nobody is logged in")
    assert " WARNING " in line
    lost = [line for line in server.lines if "is lost" in line]
    assert not [line for line in lost if "strangers" in line]


@pytest.mark.parametrize("path", ["/announce/", "/announce/?next=/announce/"])
def test_an_announcement_after_the_end_of_a_login_leads_to_a_page(path):
    """The session is over when the form is sent: the login page comes, and after it the
    lobby with the form, and not an address that has nothing to get.
    """
    alice = make_user("alice")
    alice.set_password("to-be-or-not")
    alice.save()
    browser = Browser()
    response = browser.post(path, {"message": "Closing at six."})
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/"
    fields = {"username": "alice", "password": "to-be-or-not"}
    response = browser.post(response["Location"], fields, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert response.status_code == 200
    assert 'name="message"' in response.text
