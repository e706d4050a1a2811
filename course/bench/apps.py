"""What the servers serve: echoes and handlers that wait, and groups."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from channels.consumer import AsyncConsumer, SyncConsumer
from channels.exceptions import StopConsumer

from course.bench.direct import DirectDispatch
from course.bench.groups import Burst, Member, on_layers

Event = dict[str, Any]
Application = Callable[[Any, Any, Any], Awaitable[None]]


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Echo as an ASGI application without Channels."""
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"]})


class AsyncEcho(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
    """Echoes, on the event loop."""

    async def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: accept."""
        await self.send({"type": "websocket.accept"})

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: echo."""
        await self.send({"type": "websocket.send", "text": event["text"]})

    async def websocket_disconnect(self, event: Event) -> None:
        """Handle websocket.disconnect: end."""
        raise StopConsumer


class DirectEcho(DirectDispatch, AsyncEcho):  # type: ignore[misc]
    """The same without the visit to the database thread."""


class SyncEcho(SyncConsumer):  # type: ignore[misc]
    """Echoes, in the database thread."""

    def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: accept."""
        self.send({"type": "websocket.accept"})

    def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: echo."""
        self.send({"type": "websocket.send", "text": event["text"]})

    def websocket_disconnect(self, event: Event) -> None:
        """Handle websocket.disconnect: end."""
        raise StopConsumer


class SyncWait(SyncEcho):
    """Waits as long as it is told to, and then echoes."""

    def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: wait, then echo."""
        time.sleep(float(event["text"]))
        super().websocket_receive(event)


class BlockingWait(AsyncEcho):
    """The same, and blocks the event loop meanwhile."""

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: block, then echo."""
        time.sleep(float(event["text"]))
        await super().websocket_receive(event)


class ThreadWait(AsyncEcho):
    """The same, and waits in the database thread."""

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: wait in that thread, then echo."""
        await sync_to_async(time.sleep)(float(event["text"]))
        await super().websocket_receive(event)


class PoolWait(AsyncEcho):
    """The same, and waits in a thread of the pool."""

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: wait in a thread of the pool, then echo."""
        sleep = sync_to_async(time.sleep, thread_sensitive=False)
        await sleep(float(event["text"]))
        await super().websocket_receive(event)


class LoopWait(AsyncEcho):
    """The same, and lets others run meanwhile."""

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: wait, then echo."""
        await asyncio.sleep(float(event["text"]))
        await super().websocket_receive(event)


def in_its_own_thread(application: Application) -> Application:
    """Return an application of which each connection has a database thread."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        async with ThreadSensitiveContext():
            await application(scope, receive, send)

    return wrapped


ROUTES: dict[str, Application] = {
    "/bare": bare,
    "/async": AsyncEcho.as_asgi(),
    "/direct": DirectEcho.as_asgi(),
    "/sync": SyncEcho.as_asgi(),
    "/wait/sync": SyncWait.as_asgi(),
    "/wait/context": in_its_own_thread(SyncWait.as_asgi()),
    "/wait/blocking": BlockingWait.as_asgi(),
    "/wait/thread": ThreadWait.as_asgi(),
    "/wait/pool": PoolWait.as_asgi(),
    "/wait/loop": LoopWait.as_asgi(),
    **on_layers("/member", Member),
    **on_layers("/direct-member", type("Direct", (DirectDispatch, Member), {})),
    **on_layers("/burst", Burst),
}
served: set[object] = set()  # one for each connection


def connections() -> int:
    """Return how many connections are served now."""
    return len(served)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Serve what the path names."""
    connection = object()
    served.add(connection)
    try:
        # A client that has gone while something is sent to it ends its consumer.
        with contextlib.suppress(OSError, RuntimeError):
            await ROUTES[scope["path"]](scope, receive, send)
    finally:
        served.discard(connection)
