"""Consumers for the facts of the first chapters."""

import asyncio
import sys
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from channels.generic.http import AsyncHttpConsumer
from django.conf import settings

if not settings.configured:
    settings.configure()

Event = dict[str, Any]


class Counting(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
    """Counts its own messages, and shows what URLRouter put into the scope."""

    count = 0

    async def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: accept."""
        await self.send({"type": "websocket.accept"})

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: answer with the number of the message."""
        self.count += 1
        await self.send({"type": "websocket.send", "text": str(self.count)})

    async def my_own(self, event: Event) -> None:
        """Handle my.own: answer with what URLRouter found in the path."""
        kwargs = repr(self.scope["url_route"]["kwargs"])
        await self.send({"type": "websocket.send", "text": kwargs})


class Looping(AsyncHttpConsumer):  # type: ignore[misc]
    """Stays in handle() until it is told to leave by other means."""

    ended: asyncio.Event

    async def handle(self, body: bytes) -> None:
        """Send a part of the answer, and stay."""
        await self.send_headers()
        await self.send_body(b"first", more_body=True)
        await self.ended.wait()

    async def disconnect(self) -> None:
        """Say so."""
        await self.send({"type": "disconnect() ran"})


class Careless(AsyncConsumer):  # type: ignore[misc]
    """Forgets an await, sends a str as bytes, or blocks, when it is told to."""

    async def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: accept."""
        await self.send({"type": "websocket.accept"})

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: do as the text says, and send before it."""
        if event["text"] == "forget":
            self.send({"type": "websocket.send", "text": "never sent"})
            sys.stderr.write("forgotten\n")
        if event["text"] == "mistype":
            await self.send({"type": "websocket.send", "bytes": "a str"})
        await self.send({"type": "websocket.send", "text": "before"})
        if event["text"] == "block":
            sys.stdin.readline()

    async def websocket_disconnect(self, event: Event) -> None:
        """Handle websocket.disconnect: end."""
        raise StopConsumer


application = Careless.as_asgi()
