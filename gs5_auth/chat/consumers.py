"""The chat: one consumer for each connection, and groups between them."""

import asyncio
import contextlib
import json
import logging

from channels.db import database_sync_to_async
from channels.exceptions import ChannelFull
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError
from redis.exceptions import RedisError

from .channel import give_up
from .dispatch import DirectDispatch
from .login import digest, look, session_group
from .presence import Presence
from .protocol import LOGIN_OVER, UNAVAILABLE, Rate, Refused, parse, parse_private

logger = logging.getLogger(__name__)

EVERYBODY = "broadcast"  # the group of all connections
LOST = (RedisError, DatabaseError)


class ChatConsumer(DirectDispatch, AsyncJsonWebsocketConsumer):
    """One connection of one user in one room."""

    groups = [EVERYBODY]  # joined before connect(), left before disconnect()
    channel_name = None
    over = False  # whether the login has ended
    present = False  # whether the room was told of this connection
    watcher = None

    async def __call__(self, scope, receive, send):
        """Serve one connection. A channel layer that is lost can be caught here alone:
        it may fail before the first handler, and while none runs.
        """

        async def send_if_there(event):
            # An exception would end this consumer before it is told of the disconnect:
            # the others would not see its user leave.
            try:
                await send(event)
            except (OSError, RuntimeError) as error:
                logger.debug("the client has gone: %r", error)

        try:
            await super().__call__(scope, receive, send_if_there)
        except LOST as error:
            what = "channel layer" if isinstance(error, RedisError) else "database"
            logger.warning("%s: the %s is lost: %s", scope["path"], what, error)
            await send_if_there({"type": "websocket.close", "code": UNAVAILABLE})
            await self.leave_what_is_left()
        finally:
            if self.watcher:
                self.watcher.cancel()
        await give_up(self.channel_layer, self.channel_name)

    async def connect(self):
        """Handle websocket.connect: see to the login, join, call the roll, and accept.

        In this order nobody is let in whom the layer would not reach. What the others
        answer is handled after this, so the welcome comes first.
        """
        if not self.scope["user"].is_authenticated:
            await self.close()
            return
        # First join, then look: a logout in between is told to the group.
        await self.join(session_group(self.scope["session"].session_key))
        if not await self.is_logged_in():
            await self.close()
            return
        room = self.scope["url_route"]["kwargs"]["room"]
        self.group = f"room.{room}"
        self.user = self.scope["user"].get_username()
        self.presence, self.rate = Presence(), Rate()
        await self.join(user_group(self.user))
        await self.join(self.group)
        self.present = True
        await self.tell_room("user.join", user=self.user, channel=self.channel_name)
        await self.accept()
        await self.send_json({"type": "welcome", "user": self.user, "room": room})
        self.watcher = asyncio.create_task(self.watch())

    async def join(self, group):
        """Join a group, and leave it at the end."""
        self.groups = [*self.groups, group]
        await self.channel_layer.group_add(group, self.channel_name)

    async def is_logged_in(self):
        """Return whether the session is still this user's."""
        session_key = self.scope["session"].session_key
        return await database_sync_to_async(look)(session_key) == self.scope["user"]

    async def watch(self):
        """Close the connection when its login has ended, in whichever way."""
        while True:
            await asyncio.sleep(settings.SESSION_CHECK_SECONDS)
            try:
                if not await self.is_logged_in():
                    return await self.login_over({})
            except DatabaseError as error:
                logger.warning("%s: looks again later: %s", self.user, error)

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
        """Handle websocket.disconnect: leave, if the room was told at all."""
        if self.present:
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
        # Whether or not anybody is there: nobody knows.
        receipt = {"type": "private_message_delivered", "target": name}
        await self.send_json({**receipt, "message": message})

    async def leave_what_is_left(self):
        """Leave the groups as far as possible: disconnect() will not be called."""
        for group in self.groups if self.channel_name else ():
            # What the layer keeps in this process goes even if Redis is away.
            with contextlib.suppress(RedisError):
                await self.channel_layer.group_discard(group, self.channel_name)
        if self.present:
            with contextlib.suppress(RedisError):
                await self.tell_room("user.leave", channel=self.channel_name)

    async def tell_room(self, type, **content):
        """Send an event to everybody in the room. Its type names their handler."""
        await self.channel_layer.group_send(self.group, {"type": type, **content})

    async def user_join(self, event):
        """Handle user.join: answer the newcomer's roll call, and tell the browser."""
        if self.presence.add(event["channel"], event["user"]):
            await self.send_json({"type": "user_join", "user": event["user"]})
        if event["channel"] == self.channel_name:
            return
        answer = {"type": "user.list", "user": self.user, "channel": self.channel_name}
        try:
            await self.channel_layer.send(event["channel"], answer)
        except ChannelFull:
            logger.debug("an answer is lost: the newcomer's channel is full")

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


def user_group(name):
    """Return the group of a user's connections. The user's name may hold anything."""
    return f"user.{digest(name)}"


async def announce(message):
    """Send an announcement to every connection of every process on this layer."""
    event = {"type": "announcement", "message": message}
    await get_channel_layer().group_send(EVERYBODY, event)
