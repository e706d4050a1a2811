"""The chat: one consumer for each connection, and groups between them."""

import json

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import Error, InterfaceError, OperationalError

from .login import session_group, user_group, user_of
from .presence import Presence
from .protocol import LOGIN_OVER, Rate, Refused, parse, parse_private
from .resilience import ResilientConsumer, tell_group

EVERYBODY = "broadcast"  # the group of all connections


class ChatConsumer(ResilientConsumer):
    """One connection of one user in one room."""

    groups = [EVERYBODY]  # joined before connect(), left before disconnect()
    group = None  # the room's, once it has been joined
    look_seconds = settings.SESSION_CHECK_SECONDS
    losses = ResilientConsumer.losses | {
        InterfaceError: "the database is lost",
        OperationalError: "the database is lost",
        Error: "the database refuses",
    }
    over = False  # whether the login has ended

    async def connect(self):
        """Handle websocket.connect: see to the login, join, call the roll, and accept.

        In this order nobody is let in whom the layer would not reach. What the others
        answer is handled after this, so the welcome comes first.
        """
        self.user = self.scope["user"].get_username()
        self.presence, self.rate = Presence(), Rate(settings.RATE)
        # First join, then look: a logout in between is told to the group.
        await self.join(session_group(self.scope["session"].session_key))
        if not await self.is_logged_in():
            return await self.close()
        room = self.scope["url_route"]["kwargs"]["room"]
        await self.join(user_group(self.user))
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

    async def is_logged_in(self):
        """Return whether the session is still this user's, by the same name."""
        session_key = self.scope["session"].session_key
        user = await database_sync_to_async(user_of)(session_key)
        return user == self.scope["user"] and user.get_username() == self.user

    async def look(self):
        """Close the connection when its login has ended, in whichever way."""
        if not await self.is_logged_in():
            await self.login_over({})

    async def receive(self, text_data=None, bytes_data=None):
        """Handle websocket.receive: pass a message on, or say what is wrong with it."""
        if self.over:
            return
        try:
            message = parse(text_data)
            private = parse_private(message)
            self.rate.count()
        except Refused as refusal:
            await self.send_json(refusal.frame)
        else:
            if private:
                await self.tell_privately(*private)
            else:
                await self.tell_everybody(message)

    async def disconnect(self, code):
        """Handle websocket.disconnect: tell those who stay."""
        if self.group:
            await self.tell_room("user.leave", channel=self.channel_name)

    async def tell_everybody(self, message):
        """Send a message to the room."""
        content = {"type": "chat_message", "user": self.user, "message": message}
        # Encoded here, once, and not by each who gets it.
        await self.tell_room("chat.message", text=json.dumps(content))

    async def tell_privately(self, name, message):
        """Send a message to all connections of a user, wherever they are."""
        name = get_user_model().normalize_username(name)
        event = {"type": "private.message", "user": self.user, "message": message}
        await self.channel_layer.group_send(user_group(name), event)
        # It says "sent", whether or not anybody is there: nobody knows.
        receipt = {"type": "private_message_delivered", "target": name}
        await self.send_json({**receipt, "message": message})

    async def tell_room(self, type, **content):
        """Send an event to everybody in the room. Its type names their handler."""
        await self.channel_layer.group_send(self.group, {"type": type, **content})

    async def user_join(self, event):
        """Handle user.join: tell the browser, and answer the newcomer's roll call."""
        if self.presence.add(event["channel"], event["user"]):
            await self.send_json({"type": "user_join", "user": event["user"]})
        if event["channel"] != self.channel_name:
            answer = {"type": "user.list", "user": self.user}
            answer["channel"] = self.channel_name
            await self.channel_layer.send(event["channel"], answer)

    async def user_list(self, event):
        """Handle user.list: somebody who was there already has answered."""
        if self.presence.add(event["channel"], event["user"]):
            await self.send_json({"type": "user_list", "users": [event["user"]]})

    async def user_leave(self, event):
        """Handle user.leave."""
        user = self.presence.remove(event["channel"])
        if user is not None:
            await self.send_json({"type": "user_leave", "user": user})

    async def chat_message(self, event):
        """Handle chat.message."""
        await self.send(event["text"])

    async def private_message(self, event):
        """Handle private.message."""
        await self.send_json(event | {"type": "private_message"})

    async def login_over(self, event):
        """Handle login.over: the session has ended, and with it the connection."""
        if not self.over:  # it may be told of it, and see it by itself
            self.over = True
            await self.close(LOGIN_OVER)

    async def announcement(self, event):
        """Handle announcement, which comes from outside of any consumer."""
        await self.send_json({"type": "announcement", "message": event["message"]})


async def announce(message):
    """Send an announcement to every connection of every process on this layer."""
    await tell_group(EVERYBODY, {"type": "announcement", "message": message})
