"""Clients of an ASGI application in its own process, without a server."""

import asyncio
import time
from typing import Any

PATIENCE = 30.0  # seconds
SIZE = 100  # characters of a message


async def write(application: Any, writers: int, seconds: float) -> dict[str, Any]:
    """Have writers write for some time.

    Args:
        application: One of consumers().
        writers: How many.
        seconds: How long.

    Returns:
        The number of answers, and the seconds until the last one.
    """
    started = time.perf_counter()
    answers = 0

    async def talk() -> None:
        answered, over = asyncio.Event(), asyncio.Event()

        async def receive() -> dict[str, Any]:
            await answered.wait()
            answered.clear()
            if time.perf_counter() > started + seconds:
                over.set()
                await asyncio.Future()  # this client is silent from now on
            return {"type": "websocket.receive", "text": SIZE * "x"}

        async def send(event: dict[str, Any]) -> None:
            nonlocal answers
            answers += 1
            answered.set()

        answered.set()
        consumer = asyncio.ensure_future(application({}, receive, send))
        ended = asyncio.create_task(over.wait())
        await asyncio.wait([consumer, ended], return_when=asyncio.FIRST_COMPLETED)
        if consumer.done():
            consumer.result()  # it has failed
        consumer.cancel()
        ended.cancel()

    async with asyncio.timeout(seconds + PATIENCE):
        await asyncio.gather(*(talk() for _ in range(writers)))
    return {"answers": answers, "seconds": time.perf_counter() - started}
