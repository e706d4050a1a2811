"""Announcements: sent to every browser from outside of any consumer."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

PROJECT = Path(__file__).resolve().parent.parent
NOBODY_THERE = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": ["redis://127.0.0.1:1"]},
    }
}


async def test_the_form_reaches_every_room(enter, async_client):
    """POST /announce/ is heard in each room, and leads back to the lobby."""
    red, blue = await enter("alice"), await enter("bob", "blue")
    response = await async_client.post("/announce/", {"message": "Closing at six."})
    assert (response.status_code, response["Location"]) == (302, "/?announced")
    for client in (red, blue):
        assert await client.next_json() == {
            "type": "announcement",
            "message": "Closing at six.",
        }


def test_the_lobby_says_that_it_was_announced(client):
    """After the form one is told so."""
    assert "Announced." in client.get("/?announced").text
    assert "Announced." not in client.get("/").text


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("", "the message is empty"),
        (" ", "the message is empty"),
        (2001 * "x", "at most 2,000 characters"),
        ("a\0b", "NUL"),
    ],
    ids=["empty", "blank", "too long", "NUL"],
)
def test_the_form_has_the_limits_of_a_message(client, message, reason):
    """What may not be said may not be announced: HTTP 400, and the form says why."""
    response = client.post("/announce/", {"message": message})
    assert response.status_code == 400
    assert reason in response.text


def test_the_form_gives_back_what_was_not_announced(client):
    """The text is not lost, and it is no HTML."""
    response = client.post("/announce/", {"message": '"><b>' + 2001 * "x"})
    assert response.status_code == 400
    assert "&quot;&gt;&lt;b&gt;xxx" in response.text


def test_another_site_cannot_announce(client):
    """Without the form's token the answer is HTTP 403 (CSRF)."""
    client.handler.enforce_csrf_checks = True
    assert client.post("/announce/", {"message": "hi"}).status_code == 403
    token = client.get("/").context["csrf_token"]
    fields = {"message": "hi", "csrfmiddlewaretoken": str(token)}
    assert client.post("/announce/", fields).status_code == 302


def test_announcing_needs_post(client):
    """To open the address is not to announce: HTTP 405."""
    assert client.get("/announce/").status_code == 405


def test_without_redis_the_form_says_so(client, settings):
    """The layer does not answer: HTTP 503, and the text is still in the form."""
    settings.CHANNEL_LAYERS = NOBODY_THERE
    response = client.post("/announce/", {"message": "hi"})
    assert response.status_code == 503
    assert "the channel layer does not answer" in response.text
    assert 'value="hi"' in response.text


def test_the_command_reaches_every_process(two_on_redis):
    """python manage.py announce, a process without browsers, is heard in both."""
    one, other = two_on_redis
    with one.enter("alice", "red") as red, other.enter("bob", "blue") as blue:
        done = subprocess.run(
            [sys.executable, "manage.py", "announce", "Closing."],
            cwd=PROJECT,
            env=one.environment,  # its database, too: it separates what is on Redis
            capture_output=True,
            encoding="utf-8",
        )
        assert (done.returncode, done.stdout) == (0, "Announced.\n"), done.stderr
        for client in (red, blue):
            client.wait_for(type="announcement", message="Closing.")


def test_in_memory_the_command_refuses():
    """It would end with the process: the error says so, and what to do."""
    with pytest.raises(CommandError, match="Set REDIS_URL"):
        call_command("announce", "Closing.")


def test_without_redis_the_command_says_so(settings):
    """Redis does not answer: an error in one line."""
    settings.CHANNEL_LAYERS = NOBODY_THERE
    with pytest.raises(CommandError, match="^Redis does not answer: [^\n]*$"):
        call_command("announce", "Closing.")


def test_the_command_has_the_limits_of_a_message(settings):
    """An empty text is refused."""
    settings.CHANNEL_LAYERS = NOBODY_THERE
    with pytest.raises(CommandError, match="Not announced: the message is empty."):
        call_command("announce", "")
