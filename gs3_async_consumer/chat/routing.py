"""Which WebSocket path reaches which consumer."""

import logging

from django.urls import path, re_path

from . import background, consumers

logger = logging.getLogger(__name__)


async def refuse(scope, receive, send):
    """Refuse the handshake: no route matched. The client sees HTTP 403."""
    logger.warning("no WebSocket route for %.200r", scope["path"])
    await send({"type": "websocket.close"})


http_urlpatterns = [
    path("events/clock/", background.ClockConsumer.as_asgi()),
]

websocket_urlpatterns = [
    path("ws/ac/", consumers.EchoConsumer.as_asgi()),
    path("ws/ac/countdown/<int:start>/", consumers.CountdownConsumer.as_asgi()),
    path("ws/ac/scope/", consumers.ScopeConsumer.as_asgi()),
    path("ws/ac/text/", consumers.TextConsumer.as_asgi()),
    path("ws/ac/json/", consumers.CalculatorConsumer.as_asgi()),
    path("ws/ac/ticker/", background.TickerConsumer.as_asgi()),
    # Last, and it matches everything: without it URLRouter raises ValueError, HTTP 500.
    re_path("", refuse),
]
