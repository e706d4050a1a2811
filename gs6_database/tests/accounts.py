"""Users, their logins, and how they knock."""

from clients import Client
from django.apps import apps
from django.conf import settings
from django.test import AsyncClient as AsyncBrowser
from django.test import Client as Browser
from processes import TIMEOUT


def make_user(name, **fields):
    """Return the user of a name, made if need be."""
    assert apps.is_installed("django.contrib.auth"), "there are no users"
    from django.contrib.auth.models import User

    return User.objects.update_or_create(username=name, defaults=fields)[0]


def log_in(name):
    """Return the key of a new session of a user."""
    browser = Browser()
    browser.force_login(make_user(name))
    return browser.session.session_key


def browse(session_key):
    """Return Django's asynchronous client, with a session."""
    browser = AsyncBrowser()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session_key
    return browser


def page(session_key, origin="http://testserver"):
    """Return the headers with which a page opens a socket, in a session."""
    cookie = f"{settings.SESSION_COOKIE_NAME}={session_key}"
    return [(b"cookie", cookie.encode()), (b"origin", origin.encode())]


async def knock(headers, path="/ws/chat/red/", application=None):
    """Return whether a handshake is accepted. The connection is closed at once."""
    from config.asgi import application as ours

    client = Client(application or ours, path, headers)
    accepted, _ = await client.connect(TIMEOUT)
    await client.disconnect(timeout=TIMEOUT)
    return accepted
