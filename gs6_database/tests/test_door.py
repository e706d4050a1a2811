"""Who gets in: whoever is logged in, from a page of our own."""

import pytest
from accounts import knock, log_in, page
from asgiref.sync import sync_to_async

EVIL = "http://evil.example"


def test_a_page_of_our_own_gets_in(server):
    """Its cookie says who one is, and its Origin that it is ours."""
    with server.enter("alice") as alice:
        alice.say("hello")
        alice.wait_for(type="chat_message", user="alice", message="hello")


@pytest.mark.parametrize("cookie", ["", "sessionid=", "sessionid=" + 32 * "x"])
def test_without_a_login_one_is_refused(server, cookie):
    """No session, or none that exists: HTTP 403."""
    path, headers = server.door("alice")
    assert server.handshake_status(path, headers) == 101
    assert server.handshake_status(path, headers | {"Cookie": cookie}) == 403


@pytest.mark.parametrize("origin", [EVIL, "null", "file://", "http://127.0.0.1.evil"])
def test_a_foreign_origin_is_refused(server, origin):
    """A browser may send the victim's cookie for a page of another site: HTTP 403."""
    path, headers = server.door("victim")
    assert server.handshake_status(path, headers) == 101
    assert server.handshake_status(path, headers | {"Origin": origin}) == 403


def test_a_missing_origin_is_refused(server):
    """Every browser sends one: HTTP 403. What is no browser takes a ticket."""
    path, headers = server.door("alice")
    assert server.handshake_status(path, headers) == 101
    del headers["Origin"]
    assert server.handshake_status(path, headers) == 403


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://℀.example"])
def test_an_origin_that_is_no_url_does_no_harm(server, origin):
    """HTTP 403 (Daphne finds some of them out by itself: 400), and no traceback."""
    path, headers = server.door("alice")
    assert server.handshake_status(path, headers) == 101
    bad = headers | {"Origin": origin.encode().decode("latin-1")}
    assert server.handshake_status(path, bad) in (400, 403)
    assert "Traceback" not in server.log


@pytest.mark.parametrize(
    "origin", ["", "null", "http://", "http://[", "http://a:b", "\xff", "\0", EVIL]
)
async def test_whatever_the_origin_is_nothing_raises(origin):
    """The check itself, without a server that looks before it: refused, quietly."""
    session_key = await sync_to_async(log_in)("alice")
    assert await knock(page(session_key))
    assert not await knock(page(session_key, origin))


async def test_a_foreign_origin_is_refused_while_redis_is_away(settings):
    """Quietly, as ever: to refuse takes no channel layer."""
    session_key = await sync_to_async(log_in)("alice")
    assert not await knock(page(session_key, EVIL))
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:1"]},
        }
    }
    assert not await knock(page(session_key, EVIL))


async def test_it_is_the_validator_that_stops_another_site():
    """The same handshake, with the victim's cookie and the Origin of another site, is
    accepted by the same application without OriginMiddleware: nothing else stops it.
    """
    session_key = await sync_to_async(log_in)("victim")
    from channels.routing import URLRouter
    from channels.sessions import CookieMiddleware, SessionMiddleware

    from chat.door import OriginMiddleware
    from chat.login import LoginMiddleware
    from chat.routing import websocket_urlpatterns

    chat = LoginMiddleware(URLRouter(websocket_urlpatterns))
    by_cookie = CookieMiddleware(SessionMiddleware(chat))
    attack = page(session_key, EVIL)
    assert await knock(attack, application=by_cookie)
    assert not await knock(attack, application=OriginMiddleware(by_cookie))
    assert not await knock(attack)


async def test_nobody_speaks_under_another_name(enter, open_client):
    """?name= is no more than a part of the address: the login says who one is."""
    bob = await enter("bob")
    alice = await open_client("alice", query="?name=bob")
    assert (await alice.next_json())["user"] == "alice"
    await alice.say("hello")
    assert (await bob.wait_for(type="chat_message"))["user"] == "alice"
