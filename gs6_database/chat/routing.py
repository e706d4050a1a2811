"""Which WebSocket path reaches which consumer."""

import logging

from django.urls import re_path

from . import consumers
from .protocol import NAME

logger = logging.getLogger(__name__)


async def refuse(scope, receive, send):
    """Refuse the handshake: no route matched. The client sees HTTP 403."""
    logger.warning("no WebSocket route for %.200r", scope["path"])
    await send({"type": "websocket.close"})


websocket_urlpatterns = [
    # \Z is the end. $ would let a line break pass.
    re_path(rf"^ws/chat/(?P<room>{NAME})/\Z", consumers.ChatConsumer.as_asgi()),
    # Last, and it matches everything: without it URLRouter raises ValueError, HTTP 500.
    re_path("", refuse),
]
