"""Tests with the live server that Channels brings, and settings.

test_facts_live.py runs them, and says what comes of each. It is not collected itself.
"""

import os
from typing import Any

from asgiref.sync import async_to_sync
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.testing import ChannelsLiveServerTestCase
from websockets.sync.client import ClientConnection, connect

DATABASE = os.environ.get("FACTS_LIVE_DATABASE", "")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATABASE,
        "TEST": {"NAME": f"{DATABASE}.test"},
    }
}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
ASGI_APPLICATION = "course.tests.facts_live.application"
SECRET_KEY = "for-tests-only-and-public"
GROUP = "news"
SOON = 10  # seconds


def news(source: str) -> dict[str, str]:
    """Return an event for the group."""
    return {"type": "news", "source": source}


class Member(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """A member of the group, which says what process it is in."""

    groups = [GROUP]

    async def connect(self) -> None:
        """Handle websocket.connect: accept, and say the number of the process."""
        await self.accept()
        await self.send(str(os.getpid()))

    async def receive(self, text_data: Any = None, bytes_data: Any = None) -> None:
        """Handle websocket.receive: tell the group."""
        await self.channel_layer.group_send(GROUP, news("the server"))

    async def news(self, event: dict[str, str]) -> None:
        """Handle news: pass on from where it is."""
        await self.send(event["source"])


application = Member.as_asgi()


class Case(ChannelsLiveServerTestCase):  # type: ignore[misc]  # Channels has no types
    """A client talks to the live server."""

    host = "127.0.0.1"
    serve_static = False

    def open(self) -> ClientConnection:
        """Open a WebSocket."""
        return connect(self.live_server_ws_url, proxy=None, open_timeout=SOON)

    def test_is_answered_from_this_process(self) -> None:
        """Expect the server here."""
        with self.open() as client:
            self.assertEqual(client.recv(SOON), str(os.getpid()))

    def test_tells_the_group(self) -> None:
        """Expect the group's members to be told by the test, and then by the server."""
        with self.open() as client:
            client.recv(SOON)
            layer = get_channel_layer()
            async_to_sync(layer.group_send)(GROUP, news("the test"))
            client.send("tell them")
            self.assertEqual(client.recv(SOON), "the test")

    def test_has_the_server_tell_the_group(self) -> None:
        """Expect the group's members to be told by the server."""
        with self.open() as client:
            client.recv(SOON)
            client.send("tell them")
            self.assertEqual(client.recv(SOON), "the server")
