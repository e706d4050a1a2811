"""Mistakes with groups, names and types."""

from channels.generic.websocket import AsyncWebsocketConsumer


class Joins(AsyncWebsocketConsumer):
    """Right, if CHANNEL_LAYERS is set."""

    async def connect(self):
        await self.channel_layer.group_add("red", self.channel_name)
        await self.accept()

    async def chat_message(self, event):
        """Handle chat.message: send it."""
        await self.send(event["text"])


class JoinsByAttribute(AsyncWebsocketConsumer):
    """Right, if CHANNEL_LAYERS is set: Channels joins these groups."""

    groups = ["red"]


class JoinsAnyName(AsyncWebsocketConsumer):
    """Makes a group's name of what a user has typed."""

    async def connect(self):
        room = self.scope["query_string"].decode()
        await self.channel_layer.group_add(f"chat {room}", self.channel_name)
        await self.accept()


class NoHandler(AsyncWebsocketConsumer):
    """Sends events of a type that it has no handler for: it wants chat_message."""

    groups = ["red"]

    async def receive(self, text_data=None, bytes_data=None):
        event = {"type": "chat.message", "text": text_data}
        await self.channel_layer.group_send("red", event)

    async def message(self, event):
        """Never be called."""
        await self.send(event["text"])


class ForgetsAwaitOfSend(Joins):
    """Does not await group_send()."""

    async def receive(self, text_data=None, bytes_data=None):
        event = {"type": "chat.message", "text": text_data}
        self.channel_layer.group_send("red", event)


class ForgetsAwaitOfDiscard(Joins):
    """Does not await group_discard()."""

    async def disconnect(self, code):
        self.channel_layer.group_discard("red", self.channel_name)


class NeverDiscards(Joins):
    """Does not leave its group."""


class OverridesTheHandler(Joins):
    """Overrides websocket_connect() instead of connect(), without super()."""

    groups = ["blue"]

    async def websocket_connect(self, event):
        await self.accept()
