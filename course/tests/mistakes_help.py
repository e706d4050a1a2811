"""What the tests of course/mistakes share: an application is run until it ends."""

import asyncio
from typing import Any

from channels.testing import WebsocketCommunicator
from django.conf import settings

if not settings.configured:
    settings.configure()

SOON, LATER = 0.2, 20  # seconds
LEAVE = {"type": "websocket.disconnect", "code": 1001}
IN_MEMORY = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


class Connection(WebsocketCommunicator):  # type: ignore[misc]  # Channels has no types
    """A connection to an application, which may end with an exception."""

    def __init__(self, application: Any, path: str = "/", **scope: Any) -> None:
        super().__init__(application, path)
        self.scope.update(scope)

    async def open(self) -> None:
        """Connect; the connection must be accepted."""
        connected, _ = await self.connect(LATER)
        assert connected

    async def ends(self, *events: dict[str, Any]) -> BaseException | None:
        """Give the application these events, and return how it ended.

        Returns:
            The exception that nobody caught, or None.
        """
        for event in events:
            await self.input_queue.put(event)
        async with asyncio.timeout(LATER):
            await asyncio.wait([self.future])
        error: BaseException | None = self.future.exception()
        return error


def connecting() -> dict[str, Any]:
    """Return the event of a handshake."""
    return {"type": "websocket.connect"}


def frame(content: str | bytes) -> dict[str, Any]:
    """Return the event of a message, as Daphne makes it."""
    key = "text" if isinstance(content, str) else "bytes"
    return {"type": "websocket.receive", key: content}


async def error_of(consumer: Any, *events: dict[str, Any]) -> str:
    """Return with what exception a consumer ends, after these events.

    Args:
        consumer: The class.
        events: What it is given after the handshake.
    """
    error = await Connection(consumer.as_asgi()).ends(connecting(), *events)
    return f"{type(error).__name__}: {error}"
