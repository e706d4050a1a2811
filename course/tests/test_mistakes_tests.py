"""Mistakes with communicators, live servers and HTTP consumers."""

import asyncio
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from channels.generic.http import AsyncHttpConsumer
from channels.layers import get_channel_layer
from channels.testing import ChannelsLiveServerTestCase, HttpCommunicator
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from course.mistakes import consumers
from course.tests.mistakes_help import IN_MEMORY, LATER, SOON, Connection

TEST = '''
async def test_it():
    """Fail."""
    assert False
'''


def test_an_async_test_needs_a_plugin(tmp_path: Path) -> None:
    """pytest alone does not run it: it fails, or in older versions is skipped."""
    (tmp_path / "test_it.py").write_text(TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # and none of a folder above
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:asyncio", "-p", "no:django"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
    )
    assert "async def functions are not natively supported" in done.stdout


def test_a_live_server_needs_a_database_in_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It runs in another process, which has another memory."""
    sqlite = SimpleNamespace(vendor="sqlite", is_in_memory_db=lambda: True)
    connections = SimpleNamespace(all=lambda: [sqlite])
    monkeypatch.setattr("channels.testing.live.connections", connections)
    said = "ChannelLiveServerTestCase can not be used with in memory databases"
    with pytest.raises(ImproperlyConfigured, match=said):
        ChannelsLiveServerTestCase.setUpClass()


async def test_after_a_timeout_a_communicator_is_of_no_use() -> None:
    """It has cancelled its application: receive_nothing() is how to expect silence."""
    client = Connection(consumers.Accepts.as_asgi())
    await client.open()
    assert await client.receive_nothing()
    with pytest.raises(TimeoutError):
        await client.receive_from(SOON)
    with pytest.raises(asyncio.CancelledError):
        await client.send_to("hello")


async def test_an_exception_comes_out_of_disconnect_too() -> None:
    """The application has ended by it, and every later call says so."""
    client = Connection(consumers.TextOnly.as_asgi())
    await client.open()
    await client.send_to(bytes_data=b"hello")
    await asyncio.wait([client.future])
    for call in (client.receive_from(LATER), client.disconnect()):
        with pytest.raises(KeyError, match="text"):
            await call


async def test_a_communicator_sends_no_empty_message() -> None:
    """An empty frame is an event as any other: send_input() gives it."""
    client = Connection(consumers.Accepts.as_asgi())
    with pytest.raises(AssertionError) as raised:
        await client.send_to("")
    said = "You must supply exactly one of text_data or bytes_data"
    assert str(raised.value) == said


class LongPoll(AsyncHttpConsumer):  # type: ignore[misc]  # Channels has no types
    """Means to answer when the layer has news, as older documentation shows it."""

    async def handle(self, body: bytes) -> None:
        """Begin an answer, and go on in chat_message()."""
        await self.channel_layer.group_add("red", self.channel_name)
        await self.send_headers(headers=[(b"Content-Type", b"text/plain")])
        await self.send_body(b"", more_body=True)

    async def chat_message(self, event: dict[str, str]) -> None:
        """Never be called."""
        await self.send_body(event["text"].encode())


async def test_when_handle_returns_an_http_consumer_has_ended() -> None:
    """No message of the layer reaches it: handle() must do all there is to do."""
    with override_settings(CHANNEL_LAYERS=IN_MEMORY):
        client = HttpCommunicator(LongPoll.as_asgi(), "GET", "/")
        await client.send_input({"type": "http.request", "body": b""})
        assert (await client.receive_output())["type"] == "http.response.start"
        await client.wait(LATER)
        event = {"type": "chat.message", "text": "hello"}
        await get_channel_layer().group_send("red", event)
        assert client.output_queue.qsize() == 1  # the empty beginning of the body
