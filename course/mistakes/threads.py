"""Async called from sync, and sync called from async, in the wrong way."""

import asyncio

from asgiref.sync import async_to_sync, sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer, WebsocketConsumer
from channels.layers import get_channel_layer


class SyncCallInAsync(AsyncWebsocketConsumer):
    """Calls async_to_sync() in an async consumer: it should await group_add()."""

    async def connect(self):
        async_to_sync(self.channel_layer.group_add)("red", self.channel_name)
        await self.accept()


class AwaitsSyncCall(AsyncWebsocketConsumer):
    """Awaits what async_to_sync() gives: one of the two is too many."""

    async def connect(self):
        await async_to_sync(self.channel_layer.group_add)("red", self.channel_name)
        await self.accept()


def announce(text):
    """Tell everybody: for sync code, such as a view or a handler of a signal."""
    send = async_to_sync(get_channel_layer().group_send)
    send("red", {"type": "chat.message", "text": text})


class CallsAnnounce(AsyncWebsocketConsumer):
    """Calls a sync function from a coroutine, without sync_to_async()."""

    async def receive(self, text_data=None, bytes_data=None):
        announce(text_data)


class ForgetsAsyncToSync(WebsocketConsumer):
    """Calls the layer in a sync consumer as if it were sync."""

    def connect(self):
        self.channel_layer.group_add("red", self.channel_name)
        self.accept()


class WrapsCoroutine(AsyncWebsocketConsumer):
    """Puts a coroutine function into sync_to_async()."""

    async def receive(self, text_data=None, bytes_data=None):
        await sync_to_async(self.save)(text_data)

    async def save(self, text):
        """Save a message."""


class WrapsResult(AsyncWebsocketConsumer):
    """Calls the function too early: its result goes into the thread."""

    async def receive(self, text_data=None, bytes_data=None):
        await database_sync_to_async(self.save(text_data))()

    def save(self, text):
        """Save a message."""


class AwaitsPlainFunction(AsyncWebsocketConsumer):
    """Awaits a function that is no coroutine function, and has no decorator."""

    async def receive(self, text_data=None, bytes_data=None):
        await self.save(text_data)

    def save(self, text):
        """Save a message."""


FREE = asyncio.Lock()


async def take_turns():
    """Use a lock of the module, which belongs to the first event loop that waits."""
    async with FREE:
        await asyncio.sleep(0)
