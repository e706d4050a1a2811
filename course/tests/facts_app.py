"""Consumers that do what one should not, to see what each server makes of it."""

import asyncio
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from channels.routing import URLRouter
from django.conf import settings
from django.urls import path

if not settings.configured:
    settings.configure()

Event = dict[str, Any]


class Well(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
    """Accepts, echoes, and ends with its client: what the others depart from."""

    async def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: accept."""
        await self.send({"type": "websocket.accept"})

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: echo."""
        await self.send({**event, "type": "websocket.send"})

    async def websocket_disconnect(self, event: Event) -> None:
        """Handle websocket.disconnect: end."""
        raise StopConsumer


class NeverAccepts(Well):
    """Neither accepts nor closes."""

    async def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: do nothing."""


class FailsOnConnect(Well):
    """Raises where it should accept."""

    async def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: raise."""
        raise RuntimeError("in connect")


class ClosesFirst(Well):
    """Closes with a code of its own before it accepts."""

    async def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: close."""
        await self.send({"type": "websocket.close", "code": 4401, "reason": "nope"})


class ClosesAfter(Well):
    """Accepts, and closes with the code and reason that the client asks for."""

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: close with that code."""
        code = int(event["text"])
        await self.send({"type": "websocket.close", "code": code, "reason": "nope"})
        raise StopConsumer


class AcceptsWithHeader(Well):
    """Accepts with a header of its own."""

    async def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: accept with X-Mine."""
        headers = [(b"x-mine", b"yes")]
        await self.send({"type": "websocket.accept", "headers": headers})


class FailsOnReceive(Well):
    """Raises at every message."""

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: raise."""
        raise RuntimeError("in receive")


class StopsWhileOpen(Well):
    """Ends while its client is still there."""

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: end."""
        raise StopConsumer


class SlowEcho(Well):
    """Takes a while for each message."""

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: wait, then echo."""
        await asyncio.sleep(0.05)
        await super().websocket_receive(event)


application = URLRouter(
    [
        path("well/", Well.as_asgi()),
        path("never-accepts/", NeverAccepts.as_asgi()),
        path("fails-on-connect/", FailsOnConnect.as_asgi()),
        path("closes-first/", ClosesFirst.as_asgi()),
        path("closes-after/", ClosesAfter.as_asgi()),
        path("accepts-with-header/", AcceptsWithHeader.as_asgi()),
        path("fails-on-receive/", FailsOnReceive.as_asgi()),
        path("stops-while-open/", StopsWhileOpen.as_asgi()),
        path("slow/", SlowEcho.as_asgi()),
    ]
)
