"""The chat: one consumer for each connection, and groups between them."""

import contextlib
import json
import logging
import re
import secrets
from urllib.parse import parse_qs

from channels.exceptions import ChannelFull
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from .channel import give_up
from .dispatch import DirectDispatch
from .protocol import NAME, Refused, parse

logger = logging.getLogger(__name__)

EVERYBODY = "broadcast"  # the group of all connections
UNAVAILABLE = 4503  # close code


class ChatConsumer(DirectDispatch, AsyncJsonWebsocketConsumer):
    """One connection of one user in one room."""

    groups = [EVERYBODY]  # joined before connect(), left before disconnect()
    channel_name = None
    present = False  # whether the room was told of this connection

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
        except RedisError as error:
            logger.warning("%s: the channel layer is lost: %s", scope["path"], error)
            await send_if_there({"type": "websocket.close", "code": UNAVAILABLE})
            await self.leave_what_is_left()
        await give_up(self.channel_layer, self.channel_name)

    async def connect(self):
        """Handle websocket.connect: join the room, call the roll, and accept.

        In this order nobody is let in whom the layer would not reach. What the others
        answer is handled after this, so the welcome comes first.
        """
        room = self.scope["url_route"]["kwargs"]["room"]
        self.group = f"room.{room}"
        self.user = nick(self.scope["query_string"])
        await self.join(self.group)
        self.present = True
        await self.tell_room("user.join", user=self.user, channel=self.channel_name)
        await self.accept()
        await self.send_json({"type": "welcome", "user": self.user, "room": room})

    async def join(self, group):
        """Join a group, and leave it at the end."""
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
        """Handle websocket.disconnect: leave, if the room was told at all."""
        if self.present:
            await self.tell_room("user.leave", user=self.user)

    async def leave_what_is_left(self):
        """Leave the groups as far as possible: disconnect() will not be called."""
        for group in self.groups if self.channel_name else ():
            # What the layer keeps in this process goes even if Redis is away.
            with contextlib.suppress(RedisError):
                await self.channel_layer.group_discard(group, self.channel_name)
        if self.present:
            with contextlib.suppress(RedisError):
                await self.tell_room("user.leave", user=self.user)

    async def tell_room(self, type, **content):
        """Send an event to everybody in the room. Its type names their handler."""
        await self.channel_layer.group_send(self.group, {"type": type, **content})

    async def user_join(self, event):
        """Handle user.join: tell the browser, and answer the newcomer's roll call."""
        await self.send_json({"type": "user_join", "user": event["user"]})
        if event["channel"] == self.channel_name:
            return
        answer = {"type": "user.list", "users": [self.user]}
        try:
            await self.channel_layer.send(event["channel"], answer)
        except ChannelFull:
            logger.debug("an answer is lost: the newcomer's channel is full")

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


def nick(query_string):
    """Return the name asked for in ?name=, or else one for a guest."""
    names = parse_qs(query_string.decode("latin-1")).get("name", [""])
    if re.fullmatch(NAME, names[0]):
        return names[0]
    return f"guest-{secrets.token_hex(2)}"


async def announce(message):
    """Send an announcement to every connection of every process on this layer."""
    event = {"type": "announcement", "message": message}
    await get_channel_layer().group_send(EVERYBODY, event)
