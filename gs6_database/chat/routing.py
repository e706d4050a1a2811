"""Which WebSocket path reaches which consumer."""

import logging

from django.core.handlers.asgi import get_script_prefix
from django.urls import re_path

from . import consumers
from .protocol import NAME

logger = logging.getLogger(__name__)


async def refuse(scope, receive, send):
    """Refuse the handshake: no route matched. The client sees HTTP 403."""
    logger.warning("no WebSocket route for %.200r", scope["path"])
    await send({"type": "websocket.close"})


class SubPath:
    """Lets routes begin after the path under which the whole site is served, if any."""

    def __init__(self, inner):
        self.inner = inner

    async def __call__(self, scope, receive, send):
        """Route what lies under that path: URLRouter would raise for the rest."""
        root = get_script_prefix(scope).rstrip("/")
        if not scope["path"].startswith(f"{root}/"):
            return await refuse(scope, receive, send)
        await self.inner(dict(scope, root_path=root), receive, send)


websocket_urlpatterns = [
    # \Z is the end. $ would let a line break pass.
    re_path(rf"^ws/chat/(?P<room>{NAME})/\Z", consumers.ChatConsumer.as_asgi()),
    # Last, and it matches everything: without it URLRouter raises ValueError, HTTP 500.
    re_path("", refuse),
]
