"""Who need not wait for the database thread."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator

from course.bench.direct import DirectDispatch
from course.tests.test_facts_threads import GATE, LATER, Blocker, Echo, block, gate

__all__ = ["gate"]  # a fixture


class DirectEcho(DirectDispatch, Echo):  # type: ignore[misc]
    """The echo with the dispatch() of stage 4."""


async def test_without_the_visit_an_async_consumer_need_not_wait() -> None:
    """It accepts and answers while a sync consumer keeps the database thread busy."""
    await block(Blocker.as_asgi())
    client = WebsocketCommunicator(DirectEcho.as_asgi(), "/")
    assert (await client.connect(LATER))[0]
    await client.send_to("hello")
    assert await client.receive_from(LATER) == "hello"
    assert not GATE.is_set()
    client.stop()


def where() -> str:
    """Return the name of the thread that calls this."""
    return threading.current_thread().name


async def test_only_these_calls_go_to_the_pool() -> None:
    """thread_sensitive=False and asyncio.to_thread do; without it, it is one thread
    for all, which is not of the pool.
    """
    with ThreadPoolExecutor(50, "pool") as pool:
        asyncio.get_running_loop().set_default_executor(pool)
        for call in (sync_to_async, database_sync_to_async):
            assert (await call(where, thread_sensitive=False)()).startswith("pool")
        assert (await asyncio.to_thread(where)).startswith("pool")
        threads = {await sync_to_async(where)() for _ in range(5)}
        threads |= {await database_sync_to_async(where)() for _ in range(5)}
    (thread,) = threads
    assert not thread.startswith("pool")
    assert thread != where()
