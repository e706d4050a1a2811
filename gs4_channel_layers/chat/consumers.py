"""The chat: one consumer for each connection, and groups between them."""

import json

from .protocol import Refused, nick, parse
from .resilience import ResilientConsumer, tell_group

EVERYBODY = "broadcast"  # the group of all connections


class ChatConsumer(ResilientConsumer):
    """One connection of one user in one room."""

    groups = [EVERYBODY]  # joined before connect(), left before disconnect()
    group = None  # the room's, once it has been joined

    async def connect(self):
        """Handle websocket.connect: join the room, call the roll, and accept.

        In this order nobody is let in whom the layer would not reach. What the others
        answer is handled after this, so the welcome comes first.
        """
        room = self.scope["url_route"]["kwargs"]["room"]
        self.user = nick(self.scope["query_string"])
        await self.join(f"room.{room}")
        self.group = f"room.{room}"
        await self.tell_room("user.join", user=self.user, channel=self.channel_name)
        await self.accept()
        await self.send_json({"type": "welcome", "user": self.user, "room": room})

    async def join(self, group):
        """Join a group, and leave it at the end."""
        # A list of its own: that of the class belongs to all. First noted, then joined:
        # what is joined by half is left, too.
        self.groups = [*self.groups, group]
        await self.channel_layer.group_add(group, self.channel_name)

    async def receive(self, text_data=None, bytes_data=None):
        """Handle websocket.receive: pass a message on to the room, or say what is wrong
        with it.
        """
        try:
            message = parse(text_data)
        except Refused as refusal:
            error = {"type": "error", "code": refusal.code, "message": str(refusal)}
            await self.send_json(error)
        else:
            content = {"type": "chat_message", "user": self.user, "message": message}
            # Encoded here, once, and not by each who gets it.
            await self.tell_room("chat.message", text=json.dumps(content))

    async def disconnect(self, code):
        """Handle websocket.disconnect: tell those who stay."""
        if self.group:
            await self.tell_room("user.leave", user=self.user)

    async def tell_room(self, type, **content):
        """Send an event to everybody in the room. Its type names their handler."""
        await self.channel_layer.group_send(self.group, {"type": type, **content})

    async def user_join(self, event):
        """Handle user.join: tell the browser, and answer the newcomer's roll call."""
        await self.send_json({"type": "user_join", "user": event["user"]})
        if event["channel"] != self.channel_name:
            answer = {"type": "user.list", "users": [self.user]}
            await self.channel_layer.send(event["channel"], answer)

    async def user_list(self, event):
        """Handle user.list: somebody who was there already has answered."""
        await self.send_json({"type": "user_list", "users": event["users"]})

    async def user_leave(self, event):
        """Handle user.leave."""
        await self.send_json({"type": "user_leave", "user": event["user"]})

    async def chat_message(self, event):
        """Handle chat.message."""
        await self.send(event["text"])

    async def announcement(self, event):
        """Handle announcement, which comes from outside of any consumer."""
        await self.send_json({"type": "announcement", "message": event["message"]})


async def announce(message):
    """Send an announcement to every connection of every process on this layer."""
    await tell_group(EVERYBODY, {"type": "announcement", "message": message})
