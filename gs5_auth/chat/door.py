"""Who is let in: pages of our own origins, and clients with a ticket."""

import base64
import hashlib
import logging
import re
from urllib.parse import parse_qs, urlsplit

from channels.security.websocket import OriginValidator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import Error, InterfaceError, OperationalError

from .login import open_session

logger = logging.getLogger(__name__)

LOCAL = [".localhost", "127.0.0.1", "[::1]"]  # what Django allows if DEBUG is set
TICKET_LIFE = 30  # seconds


class OriginMiddleware:
    """Lets in pages of our own origins alone: a browser sends cookies for any page."""

    def __init__(self, inner):
        self.inner = inner
        hosts = settings.ALLOWED_HOSTS or (LOCAL if settings.DEBUG else [])
        # Of a host any scheme and port will do; an origin has both.
        self.validator = OriginValidator(inner, [*hosts, *settings.ALLOWED_ORIGINS])

    async def __call__(self, scope, receive, send):
        """Look at the Origin header."""
        origin = dict(scope["headers"]).get(b"origin", b"").decode("latin-1")
        if self.is_ours(origin):
            return await self.inner(scope, receive, send)
        # The validator would refuse with a consumer, which needs the channel layer.
        logger.warning("%.200r: the origin %.200r is not ours", scope["path"], origin)
        await send({"type": "websocket.close"})

    def is_ours(self, origin):
        """Return whether an origin is allowed. Django ignores the dot after a host."""
        try:
            parsed = urlsplit(re.sub(r"\.(?=(:\d+)?\Z)", "", origin))
            return bool(origin) and self.validator.valid_origin(parsed)
        except ValueError:  # it is no URL
            return False


class TicketMiddleware:
    """Lets in whoever has a ticket; whoever shows none goes on to the other door."""

    def __init__(self, inner, otherwise):
        self.inner = inner
        self.otherwise = otherwise

    async def __call__(self, scope, receive, send):
        """Look at ?ticket=. What a look at the database raises is caught here, too."""
        try:
            await self.open(scope, receive, send)
        except Error as error:
            is_lost = isinstance(error, (InterfaceError, OperationalError))
            what = "the database is lost" if is_lost else "the database refuses"
            logger.warning("%.200r: %s: %s", scope["path"], what, error)
            await send({"type": "websocket.close"})

    async def open(self, scope, receive, send):
        """Send the connection through the door that it asks for."""
        query = scope["query_string"].decode("latin-1")
        tickets = parse_qs(query, keep_blank_values=True).get("ticket")
        if tickets is None:
            return await self.otherwise(scope, receive, send)
        session_key = read_ticket(tickets[0])
        if session_key is None:
            logger.warning("%.200r: the ticket is no good", scope["path"])
            return await send({"type": "websocket.close"})
        scope = dict(scope, session=open_session(session_key))
        return await self.inner(scope, receive, send)


def write_ticket(session_key):
    """Return a ticket for a session.

    A ticket stands in an address, so it may be read in a log: the key is encrypted.
    """
    return cipher().encrypt(session_key.encode()).decode()


def read_ticket(ticket):
    """Return the key of a ticket's session, or None if the ticket is no good."""
    try:
        return cipher().decrypt(ticket, ttl=TICKET_LIFE).decode()
    except (InvalidToken, ValueError):  # ValueError: it is not even ASCII
        return None


def cipher():
    """Return what encrypts tickets with SECRET_KEY, and reads those of earlier ones."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(f"ticket {key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(each)) for each in digests])
