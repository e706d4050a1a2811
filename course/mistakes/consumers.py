"""Consumers with one mistake each: what an event is, and who ends what."""

import asyncio

from channels.consumer import AsyncConsumer, SyncConsumer
from channels.exceptions import StopConsumer
from channels.generic.websocket import (
    AsyncJsonWebsocketConsumer,
    AsyncWebsocketConsumer,
)


class Accepts(AsyncConsumer):
    """What the raw consumers share: they accept, and end with their client."""

    async def websocket_connect(self, event):
        """Handle websocket.connect: accept."""
        await self.send({"type": "websocket.accept"})

    async def websocket_disconnect(self, event):
        """Handle websocket.disconnect: end."""
        raise StopConsumer


class ForgetsAccept(AsyncWebsocketConsumer):
    """Overrides connect() and does not accept: it should end with self.accept()."""

    async def connect(self):
        self.messages = []


class ForgetsAwait(AsyncConsumer):
    """Calls send() and does not await it."""

    async def websocket_connect(self, event):
        self.send({"type": "websocket.accept"})


class PlainHandler(AsyncConsumer):
    """Has a handler that is no coroutine, in an async consumer."""

    def websocket_connect(self, event):
        self.messages = []


class AsyncHandler(SyncConsumer):
    """Has a handler that is a coroutine, in a sync consumer."""

    async def websocket_connect(self, event):
        await self.send({"type": "websocket.accept"})


class NoDisconnect(AsyncConsumer):
    """A raw consumer without websocket_disconnect."""

    async def websocket_connect(self, event):
        await self.send({"type": "websocket.accept"})


class NoStop(Accepts):
    """A raw consumer that does not raise StopConsumer when its client has gone."""

    async def websocket_disconnect(self, event):
        self.left = True


class WrongName(Accepts):
    """Has a handler whose name is not that of the event: websocket_receive."""

    async def websocket_message(self, event):
        await self.send({"type": "websocket.send", "text": event["text"]})


class TextOnly(Accepts):
    """Takes every message for a text."""

    async def websocket_receive(self, event):
        await self.send({"type": "websocket.send", "text": event["text"]})


class SendsNothing(AsyncWebsocketConsumer):
    """Sends the text of a message that has bytes."""

    async def receive(self, text_data=None, bytes_data=None):
        await self.send(text_data)


class TrustsJson(AsyncJsonWebsocketConsumer):
    """Lets Channels decode what comes, whatever it is."""

    async def receive_json(self, content):
        await self.send_json(content)


class FailsInReceive(AsyncWebsocketConsumer):
    """Keeps a list of who is here, and raises for bad input."""

    online = []

    async def connect(self):
        self.online.append(self)
        await self.accept()

    async def receive(self, text_data=None, bytes_data=None):
        await self.send(str(int(text_data)))

    async def disconnect(self, code):
        self.online.remove(self)


class SetsTooLate(AsyncWebsocketConsumer):
    """Uses in disconnect() what a refused connection has not set."""

    async def connect(self):
        if not self.scope["subprotocols"]:
            await self.close()
            return
        self.room = "red"
        await self.accept()

    async def disconnect(self, code):
        self.room.lower()


class SharesItsList(AsyncWebsocketConsumer):
    """Keeps messages in an attribute of the class."""

    messages = []

    async def receive(self, text_data=None, bytes_data=None):
        self.messages.append(text_data)
        await self.send(" ".join(self.messages))


class LeavesItsTask(AsyncWebsocketConsumer):
    """Starts a task, and does not cancel it in disconnect()."""

    async def connect(self):
        await self.accept()
        self.task = asyncio.create_task(self.tick())

    async def tick(self):
        """Send for ever."""
        while True:
            await self.send("tick")
            await asyncio.sleep(0.01)


class LoopsInHandler(Accepts):
    """Sends for ever in a handler: it never comes to its next event."""

    async def websocket_receive(self, event):
        while True:
            await self.send({"type": "websocket.send", "text": "tick"})
            await asyncio.sleep(0.01)


class NeedsUser(AsyncWebsocketConsumer):
    """Asks who is there, without AuthMiddlewareStack around it."""

    async def connect(self):
        if self.scope["user"].is_authenticated:
            await self.accept()


class NeedsRoute(AsyncWebsocketConsumer):
    """Reads its room from the URL: a URLRouter must stand around it."""

    async def connect(self):
        self.room = self.scope["url_route"]["kwargs"]["room"]
        await self.accept()
