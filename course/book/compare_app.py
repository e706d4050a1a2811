"""Consumers that do what one should not, to see what each server makes of it.

What the consumer itself sees is said on standard output: "seen PATH WHAT".
"""

import asyncio
import sys
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from channels.routing import URLRouter
from django.conf import settings
from django.urls import path

if not settings.configured:
    settings.configure()

Event = dict[str, Any]


def note(where: str, what: str) -> None:
    """Say what was seen under a path."""
    sys.stdout.write(f"seen {where.strip('/')} {what}\n")
    sys.stdout.flush()


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
        note(self.scope["path"], f"disconnect {event['code']}")
        raise StopConsumer

    async def attempt(self, event: Event) -> None:
        """Send something, and say whether that raises."""
        what = event.get("code", "send")
        try:
            await self.send(event)
        except Exception:
            note(self.scope["path"], f"{what} raised")
            raise
        note(self.scope["path"], f"{what} done")


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
        await self.attempt({"type": "websocket.close", "code": code, "reason": "nope"})
        raise StopConsumer


class AcceptsWithHeader(Well):
    """Accepts with a header of its own."""

    async def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: accept with X-Mine."""
        await self.send({"type": "websocket.accept", "headers": [(b"x-mine", b"yes")]})


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


class SendsAfterClose(Well):
    """Closes, and goes on to send."""

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: close, then send."""
        await self.send({"type": "websocket.close", "code": 4000})
        await self.attempt({"type": "websocket.send", "text": "late"})


class AnswersLate(Well):
    """Answers when its client has gone."""

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: wait until the client has gone, then send."""
        await asyncio.sleep(1)
        await self.attempt({"type": "websocket.send", "text": "late"})


class StaysOn(Well):
    """Does not end with its client, for want of StopConsumer."""

    async def __call__(self, *arguments: Any) -> None:
        """Serve one connection, and say so when it is cancelled."""
        try:
            await super().__call__(*arguments)
        except asyncio.CancelledError:
            note(self.scope["path"], "cancelled")
            raise

    async def websocket_disconnect(self, event: Event) -> None:
        """Handle websocket.disconnect: go on."""
        note(self.scope["path"], f"disconnect {event['code']}")


class SlowEcho(Well):
    """Takes a while for each message."""

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: wait, then echo."""
        await asyncio.sleep(0.05)
        await super().websocket_receive(event)


async def returns(scope: Event, receive: Any, send: Any) -> None:
    """Accept, and return: an ASGI application without Channels."""
    await receive()
    await send({"type": "websocket.accept"})


async def tells(scope: Event, receive: Any, send: Any) -> None:
    """Tell the client who the server takes it for, and go with it."""
    await receive()
    await send({"type": "websocket.accept"})
    told = f"{scope['client'][0]} {scope.get('scheme')}"
    await send({"type": "websocket.send", "text": told})
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def denies(scope: Event, receive: Any, send: Any) -> None:
    """Answer with a page if the server can do so, or else refuse."""
    await receive()
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return
    start = {"status": 401, "headers": [(b"content-type", b"text/plain")]}
    await send({"type": "websocket.http.response.start", **start})
    await send({"type": "websocket.http.response.body", "body": b"Log in first."})


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
        path("sends-after-close/", SendsAfterClose.as_asgi()),
        path("answers-late/", AnswersLate.as_asgi()),
        path("stays-on/", StaysOn.as_asgi()),
        path("slow/", SlowEcho.as_asgi()),
        path("returns/", returns),
        path("denies/", denies),
        path("tells/", tells),
    ]
)
