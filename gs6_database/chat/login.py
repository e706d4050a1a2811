"""Who is speaking: the user of a session, and how a login ends."""

import hashlib
import logging
from importlib import import_module
from types import SimpleNamespace

from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from channels.middleware import BaseMiddleware
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from redis.exceptions import RedisError

from .resilience import tell_group

logger = logging.getLogger(__name__)


def open_session(session_key):
    """Return a session, unread."""
    return import_module(settings.SESSION_ENGINE).SessionStore(session_key)


def user_of(session_key):
    """Return who is logged in with a session, or None.

    The session is read anew, and never written: a socket could not tell its browser of
    a new key.
    """
    session = open_session(session_key)
    # On the instance: a subclass would have another salt, and could read no session.
    session.flush = session.cycle_key = lambda: None
    user = get_user(SimpleNamespace(session=session))
    return user if user.is_authenticated else None


class LoginMiddleware(BaseMiddleware):
    """Lets in who is logged in, like Channels' AuthMiddleware; it never writes the
    session.

    The original deletes it after a change of SECRET_KEY, even if the old one is among
    SECRET_KEY_FALLBACKS.
    """

    async def __call__(self, scope, receive, send):
        """Put the user into the scope, or refuse the handshake."""
        user = await database_sync_to_async(user_of)(scope["session"].session_key)
        if user is None:
            logger.info("%.200r: nobody is logged in", scope["path"])
            return await send({"type": "websocket.close"})
        return await super().__call__(dict(scope, user=user), receive, send)


def hashed(text):
    """Return a text's hash: ASCII, always as long, and it does not show the text."""
    return hashlib.sha256(text.encode()).hexdigest()


def session_group(session_key):
    """Return the name of the group of a session's sockets."""
    return f"session.{hashed(session_key)}"


def user_group(name):
    """Return the group of a user's sockets. The user's name may hold anything."""
    return f"user.{hashed(name)}"


@receiver(user_logged_out)
def close_sockets(request, **kwargs):
    """Close the sockets of a session that ends.

    The session goes first: a socket that opens now has joined the group, and is told,
    or else looks later, and finds no session.
    """
    session_key = request and request.session.session_key
    if not session_key:
        return
    request.session.flush()
    try:
        async_to_sync(tell_group)(session_group(session_key), {"type": "login.over"})
    except RedisError as error:
        logger.warning("a logout reaches no socket, they look by themselves: %s", error)
