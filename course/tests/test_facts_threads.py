"""Which thread runs what, in an application that mixes sync and async: the facts."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import ThreadSensitiveContext
from channels.consumer import AsyncConsumer, SyncConsumer
from channels.db import DatabaseSyncToAsync, database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings

from course.environment import ROOT

if not settings.configured:
    settings.configure()

Event = dict[str, Any]
SOON, LATER = 0.2, 5  # seconds
GATE = threading.Event()


class Blocker(SyncConsumer):  # type: ignore[misc]  # Channels has no types
    """Accepts, and blocks at the first message until the gate is opened."""

    def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: accept."""
        self.send({"type": "websocket.accept"})

    def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: say so, and wait for the gate."""
        self.send({"type": "websocket.send", "text": "blocking"})
        GATE.wait(LATER)


class PoolBlocker(Blocker):
    """The same in a thread of the pool: its dispatch is not thread-sensitive."""

    dispatch = DatabaseSyncToAsync(
        SyncConsumer.__dict__["dispatch"].func, thread_sensitive=False
    )


class Echo(AsyncConsumer):  # type: ignore[misc]
    """Accepts and echoes, on the event loop."""

    async def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: accept."""
        await self.send({"type": "websocket.accept"})

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: echo."""
        await self.send({"type": "websocket.send", "text": event["text"]})


def in_its_own_thread(application: Any) -> Any:
    """Put an application into a ThreadSensitiveContext."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        async with ThreadSensitiveContext():
            await application(scope, receive, send)

    return wrapped


@pytest.fixture(autouse=True)
def gate() -> Iterator[threading.Event]:
    """Close the gate for a test, and open it at the end of it."""
    GATE.clear()
    yield GATE
    GATE.set()


@pytest.fixture
async def echo() -> AsyncIterator[WebsocketCommunicator]:
    """A connection to the async echo."""
    client = WebsocketCommunicator(Echo.as_asgi(), "/")
    assert (await client.connect(LATER))[0]
    yield client
    GATE.set()
    client.stop(exceptions=False)


async def block(application: Any) -> None:
    """Have a sync handler block, in an application of its own."""
    client = WebsocketCommunicator(application, "/")
    assert (await client.connect(LATER))[0]
    await client.send_to("go")
    assert await client.receive_from(LATER) == "blocking"


async def test_a_busy_sync_consumer_stalls_async_consumers(
    echo: WebsocketCommunicator,
) -> None:
    """Channels visits the one thread before each event of an async consumer."""
    await block(Blocker.as_asgi())
    await echo.send_to("hello")
    assert await echo.receive_nothing(SOON)
    GATE.set()
    assert await echo.receive_from(LATER) == "hello"


async def test_a_busy_sync_consumer_stalls_new_async_handshakes() -> None:
    """A new connection to an async consumer is not accepted before the gate opens."""
    await block(Blocker.as_asgi())
    client = WebsocketCommunicator(Echo.as_asgi(), "/")
    connecting = asyncio.create_task(client.connect(LATER))
    done, _ = await asyncio.wait([connecting], timeout=SOON)
    assert not done
    GATE.set()
    assert (await connecting)[0]


async def test_a_slow_database_call_stalls_async_consumers(
    echo: WebsocketCommunicator,
) -> None:
    """database_sync_to_async takes the same one thread."""
    call = asyncio.create_task(database_sync_to_async(GATE.wait)(LATER))
    await asyncio.sleep(0)
    await echo.send_to("hello")
    assert await echo.receive_nothing(SOON)
    GATE.set()
    assert await echo.receive_from(LATER) == "hello"
    assert await call


@pytest.mark.parametrize(
    "application",
    [in_its_own_thread(Blocker.as_asgi()), PoolBlocker.as_asgi()],
    ids=["ThreadSensitiveContext", "dispatch not thread-sensitive"],
)
async def test_these_ways_out_let_others_through(
    echo: WebsocketCommunicator, application: Any
) -> None:
    """A thread per connection, or a thread of the pool, leaves the one thread free."""
    await block(application)
    await echo.send_to("hello")
    assert await echo.receive_from(LATER) == "hello"


async def test_a_database_call_may_go_to_the_pool(echo: WebsocketCommunicator) -> None:
    """database_sync_to_async(thread_sensitive=False) leaves the one thread free."""
    slow = database_sync_to_async(GATE.wait, thread_sensitive=False)
    call = asyncio.create_task(slow(LATER))
    await echo.send_to("hello")
    assert await echo.receive_from(LATER) == "hello"
    GATE.set()
    assert await call


async def test_the_size_of_the_pool_changes_nothing() -> None:
    """ASGI_THREADS sizes the default executor, which sync consumers do not use."""
    with ThreadPoolExecutor(50) as pool:
        asyncio.get_running_loop().set_default_executor(pool)
        await block(Blocker.as_asgi())
        other = WebsocketCommunicator(Blocker.as_asgi(), "/")
        connecting = asyncio.create_task(other.connect(LATER))
        done, _ = await asyncio.wait([connecting], timeout=SOON)
        assert not done
        GATE.set()
        assert (await connecting)[0]


def test_daphne_gives_asgi_threads_to_that_executor() -> None:
    """ASGI_THREADS=7 is a pool of 7 threads on Daphne's loop."""
    code = (
        "from daphne.server import twisted_loop; "
        "print(twisted_loop._default_executor._max_workers)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "ASGI_THREADS": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "7"
