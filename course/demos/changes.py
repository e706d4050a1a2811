"""Changes to a running stage, as somebody might write them into its code.

A story names one to show what it does; the stage's own files stay as they are.
"""

import asyncio
import importlib
import time
from types import SimpleNamespace
from typing import Any

from asgiref.sync import sync_to_async

from course.wire.nobody import of_nobody


def tick_with(sleep: Any) -> None:
    """Have the async countdown wait with another function than asyncio.sleep."""
    consumers = importlib.import_module("chat.consumers")
    vars(consumers)["asyncio"] = SimpleNamespace(sleep=sleep)


def time_sleep() -> None:
    """Write time.sleep for asyncio.sleep: it blocks the event loop."""

    async def sleep(seconds: float) -> None:
        time.sleep(seconds)

    tick_with(sleep)


def time_sleep_in_a_thread() -> None:
    """Write await sync_to_async(time.sleep): one thread for all."""
    tick_with(sync_to_async(time.sleep))


def time_sleep_in_the_pool() -> None:
    """Write await sync_to_async(time.sleep, thread_sensitive=False)."""
    tick_with(sync_to_async(time.sleep, thread_sensitive=False))


def slow_echo() -> None:
    """Have the echo take half a second for each message."""
    consumer = importlib.import_module("chat.consumers").EchoConsumer
    quick = consumer.websocket_receive

    async def slow(self: Any, event: dict[str, Any]) -> None:
        await asyncio.sleep(0.5)
        await quick(self, event)

    consumer.websocket_receive = slow


def writer_of_nobody() -> None:
    """Show what the writer does as the server's own: it writes for all."""
    of_nobody("chat.store.Writer.write")
