"""The wire in the server's process: what is reported of a stage."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import channels.consumer
import pytest
from channels.consumer import AsyncConsumer, SyncConsumer
from channels.exceptions import StopConsumer
from channels.testing import WebsocketCommunicator
from django.conf import settings

from course.wire.asgi import Threads, WireApplication, trace_handlers
from course.wire.events import Event


class Sync(SyncConsumer):  # type: ignore[misc]  # Channels has no types
    """Accepts and echoes."""

    def websocket_connect(self, event: dict[str, Any]) -> None:
        """Handle websocket.connect: accept."""
        self.send({"type": "websocket.accept"})

    def websocket_receive(self, event: dict[str, Any]) -> None:
        """Handle websocket.receive: echo."""
        self.send({"type": "websocket.send", "text": event["text"]})

    def websocket_disconnect(self, event: dict[str, Any]) -> None:
        """Handle websocket.disconnect: end."""
        raise StopConsumer


class Async(AsyncConsumer):  # type: ignore[misc]
    """Accepts."""

    async def websocket_connect(self, event: dict[str, Any]) -> None:
        """Handle websocket.connect: accept."""
        await self.send({"type": "websocket.accept"})

    async def websocket_disconnect(self, event: dict[str, Any]) -> None:
        """Handle websocket.disconnect: end."""
        raise StopConsumer


@pytest.fixture(autouse=True)
def restore_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take back what trace_handlers puts into Channels."""
    if not settings.configured:
        settings.configure()
    original = channels.consumer.get_handler_name
    monkeypatch.setattr(channels.consumer, "get_handler_name", original)
    monkeypatch.setattr("channels.db.close_old_connections", lambda **_: None)


async def converse(application: Any) -> list[tuple[str, str, str]]:
    """Connect, send "hi" and disconnect; return what was reported, up to the end."""
    events: list[Event] = []
    trace_handlers()
    communicator = WebsocketCommunicator(
        WireApplication(application, events.append), "/ws/"
    )
    if (await communicator.connect())[0]:
        if application is not ASYNC:
            await communicator.send_to("hi")
            assert await communicator.receive_from() == "hi"
        await communicator.disconnect()
    assert [event.kind for event in events].index("end") == len(events) - 1
    return [(event.kind, event.text, event.where) for event in events[:-1]]


class Closing(Async):
    """Closes instead of accepting."""

    async def websocket_connect(self, event: dict[str, Any]) -> None:
        """Handle websocket.connect: close."""
        await self.send({"type": "websocket.close"})


SYNC = Sync.as_asgi()
ASYNC = Async.as_asgi()


async def test_sync_handlers_are_reported_with_their_thread() -> None:
    """Each event of a SyncConsumer names the thread; what it sends names none."""
    assert await converse(SYNC) == [
        ("up", "websocket.connect", "thread 1"),
        ("down", "websocket.accept", ""),
        ("up", 'websocket.receive "hi"', "thread 1"),
        ("down", 'websocket.send "hi"', ""),
        ("up", "websocket.disconnect 1000", "thread 1"),
    ]


async def test_async_handlers_are_reported_on_the_loop() -> None:
    """Each event of an AsyncConsumer is handled on the event loop."""
    assert await converse(ASYNC) == [
        ("up", "websocket.connect", "event loop"),
        ("down", "websocket.accept", ""),
        ("up", "websocket.disconnect 1000", "event loop"),
    ]


async def test_whoever_has_closed_is_no_news() -> None:
    """That an application is told of its own close is not reported."""
    events: list[Event] = []
    trace_handlers()
    application = WireApplication(Closing.as_asgi(), events.append)
    communicator = WebsocketCommunicator(application, "/ws/")
    assert not (await communicator.connect())[0]
    await communicator.send_input({"type": "websocket.disconnect", "code": 1006})
    await communicator.wait()
    assert [(event.kind, event.text) for event in events] == [
        ("up", "websocket.connect"),
        ("down", "websocket.close"),
        ("end", ""),
    ]


async def test_an_application_without_handlers_is_reported() -> None:
    """An application that decides by the scope shows what it was asked for."""

    async def refuse(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.close"})

    assert sorted(await converse(refuse)) == [
        ("down", "websocket.close", ""),
        ("up", "websocket /ws/", ""),
    ]


async def test_an_exception_of_the_application_is_not_swallowed() -> None:
    """The wire changes nothing: what the stage raises, the server gets."""

    async def fail(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("of the stage")

    with pytest.raises(RuntimeError, match="of the stage"):
        await converse(fail)


def test_threads_are_numbered_as_they_appear() -> None:
    """The same thread keeps its name, the next one gets the next number."""
    threads = Threads()
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        names = [pool.submit(threads.name).result() for pool in (one, one, other, one)]
    assert names == ["thread 1", "thread 1", "thread 2", "thread 1"]
