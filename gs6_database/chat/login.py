"""Who is speaking: sessions, tickets, and how a login ends."""

import hashlib
import logging
from importlib import import_module
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

from asgiref.sync import async_to_sync
from channels.auth import AuthMiddleware
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import DatabaseError
from django.dispatch import receiver
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

SALT = "chat.ticket"
TICKET_LIFE = 30  # seconds
SHOWN = 8  # characters of a session's key, of 32, that a ticket shows


def digest(text):
    """Return a text's hash: ASCII, always as long, and it does not show the text."""
    return hashlib.sha256(text.encode()).hexdigest()


def open_session(session_key):
    """Return a session, unread."""
    return import_module(settings.SESSION_ENGINE).SessionStore(session_key)


def look(session_key):
    """Return who is logged in with a session, or None.

    The session is read anew, and never written: a socket could not tell its browser of
    a new key.
    """
    session = open_session(session_key)
    # On the instance: a subclass would have another salt, and could read no session.
    session.flush = session.cycle_key = lambda: None
    user = get_user(SimpleNamespace(session=session))
    return user if user.is_authenticated else None


class LoginMiddleware(AuthMiddleware):
    """Channels' AuthMiddleware, but it never writes the session.

    The original deletes it after a change of SECRET_KEY, even if the old one is among
    SECRET_KEY_FALLBACKS.
    """

    async def resolve_scope(self, scope):
        """Put the user into the scope."""
        user = await database_sync_to_async(look)(scope["session"].session_key)
        scope["user"]._wrapped = user or AnonymousUser()


class OriginMiddleware:
    """Lets in pages of our own hosts alone: a browser sends cookies for any page."""

    def __init__(self, inner):
        self.inner = inner
        self.validator = AllowedHostsOriginValidator(inner)

    async def __call__(self, scope, receive, send):
        """Look at the Origin header."""
        origin = dict(scope["headers"]).get(b"origin")
        try:
            parsed = None if origin is None else urlsplit(origin.decode("latin-1"))
            is_ours = self.validator.valid_origin(parsed)
        except ValueError:  # it is no URL
            is_ours = False
        if is_ours:
            return await self.inner(scope, receive, send)
        # The validator would refuse with a consumer, which needs the channel layer.
        await send({"type": "websocket.close"})


class TicketMiddleware:
    """Lets in whoever has a ticket; whoever shows none goes on to the other door."""

    def __init__(self, inner, otherwise):
        self.inner = inner
        self.otherwise = otherwise

    async def __call__(self, scope, receive, send):
        """Look at ?ticket=. What a look at the database raises is caught here, too."""
        try:
            await self.open(scope, receive, send)
        except DatabaseError as error:
            logger.warning("%.200r: the database is lost: %s", scope["path"], error)
            await send({"type": "websocket.close"})

    async def open(self, scope, receive, send):
        """Send the connection through the door that it asks for."""
        query = scope["query_string"].decode("latin-1")
        tickets = parse_qs(query, keep_blank_values=True).get("ticket")
        if tickets is None:
            return await self.otherwise(scope, receive, send)
        session_key = await database_sync_to_async(read_ticket)(tickets[0])
        if session_key is None:
            logger.warning("%.200r: the ticket is no good", scope["path"])
            return await send({"type": "websocket.close"})
        scope = dict(scope, session=open_session(session_key))
        return await self.inner(scope, receive, send)


def write_ticket(session_key):
    """Return a ticket for a session.

    A ticket stands in an address, so it may be read in a log. What it shows of the
    session's key is enough to find the session, and not to use it.
    """
    return signing.dumps([session_key[:SHOWN], digest(session_key)], salt=SALT)


def read_ticket(ticket):
    """Return the key of a ticket's session, or None if the ticket is no good."""
    try:
        start, wanted = signing.loads(ticket, salt=SALT, max_age=TICKET_LIFE)
    except signing.BadSignature:
        return None
    for session in Session.objects.filter(session_key__startswith=start):
        if digest(session.session_key) == wanted:
            return session.session_key
    return None


def session_group(session_key):
    """Return the name of the group of a session's sockets."""
    return f"session.{digest(session_key)}"


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
        send = async_to_sync(get_channel_layer().group_send)
        send(session_group(session_key), {"type": "login.over"})
    except RedisError as error:
        logger.warning("a logout reaches no socket, they look by themselves: %s", error)
