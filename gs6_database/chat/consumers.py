"""The chat: one consumer for each connection, and groups between them."""

import asyncio
import contextlib
import json
import logging

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError
from redis.exceptions import RedisError

from . import protocol
from .channel import give_up
from .dispatch import DirectDispatch
from .login import digest, look, session_group
from .models import Room
from .presence import Lease, is_anywhere
from .protocol import LOGIN_OVER, UNAVAILABLE, Rate, Refused
from .store import read, writer_for

logger = logging.getLogger(__name__)

EVERYBODY = "broadcast"  # the group of all connections
# The last is raised when a row has gone that was there.
LOST = (RedisError, DatabaseError, ObjectDoesNotExist)


class ChatConsumer(DirectDispatch, AsyncJsonWebsocketConsumer):
    """One connection of one user in one room."""

    groups = [EVERYBODY]  # joined before connect(), left before disconnect()
    channel_name = None
    over = False  # whether the login has ended
    lease = None
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
        """Handle websocket.connect: see to the login, join, read, and accept.

        In this order nobody is let in whom the layer would not reach.
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
        self.rate, self.reads = Rate(), Rate()
        await self.join(user_group(self.user))
        # First join, then read: a message in between comes twice, and not never.
        await self.join(self.group)
        after = protocol.parse_after(self.scope["query_string"])
        enter = database_sync_to_async(self.enter)
        before, self.users, history = await enter(room, after)
        await self.tell_changes(before, self.users)
        await self.accept()
        await self.send_json({"type": "welcome", "user": self.user, "room": room})
        await self.send_json(history)
        await self.send_json({"type": "user_join", "user": self.user})
        if others := sorted(self.users - {self.user}):
            await self.send_json({"type": "user_list", "users": others})
        self.watcher = asyncio.create_task(self.watch())

    def enter(self, name, after):
        """Take a lease of a room. Return who was there, who is now, and the history."""
        room, _ = Room.objects.get_or_create(name=name)
        self.writer = writer_for(room.pk)
        self.lease = Lease(room.pk, self.scope["user"], self.channel_name)
        before, users = self.lease.take()
        # Beyond the end: the client remembers another database.
        after = after if (after or 0) <= room.seq else None
        return before, users, read(room.pk, after)

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
                known = set(self.users)
                before, users = await database_sync_to_async(self.lease.renew)()
                await self.tell_changes(before, users)
                if self.users == known:  # else an event is newer than this look
                    await self.show(users)
            except LOST as error:
                logger.warning("%s: looks again later: %s", self.user, error)

    async def show(self, users):
        """Tell the browser of whoever has come or gone without a word."""
        for user in sorted(self.users - users):
            await self.user_leave({"user": user})
        for user in sorted(users - self.users):
            await self.user_join({"user": user})

    async def receive(self, text_data=None, bytes_data=None):
        """Handle websocket.receive: do what is asked, or say what is wrong with it."""
        if self.over:
            return
        about = {}
        try:
            content = protocol.parse(text_data)
            if content.get("type") in ("sync", "history"):
                await self.send_history(content)
            else:
                if client_id := protocol.parse_client_id(content):
                    about["client_id"] = client_id
                await self.pass_on(protocol.parse_message(content), client_id)
        except Refused as refusal:
            await self.send_json(refusal.frame | about)

    async def send_history(self, content):
        """Send what the client has missed, or what came before all that it has."""
        key = {"sync": "after", "history": "before"}[content["type"]]
        seq = protocol.parse_seq(content, key)
        self.reads.count()
        frame = await database_sync_to_async(read)(self.lease.room_id, **{key: seq})
        await self.send_json(frame)

    async def pass_on(self, message, client_id):
        """Pass a message on, to the room or to one user."""
        private = protocol.parse_private(message)
        self.rate.count()
        if private:
            await self.tell_privately(*private, client_id)
        else:
            await self.tell_everybody(message, client_id)

    async def disconnect(self, code):
        """Handle websocket.disconnect: leave, if this connection was in the room."""
        if self.lease:
            await self.leave()

    async def leave(self):
        """Give the lease back, and tell the room."""
        if self.watcher:
            self.watcher.cancel()  # first: it would take the lease again
        await self.tell_changes(*await database_sync_to_async(self.lease.give_back)())

    async def tell_changes(self, before, after):
        """Tell the room who has left it, and who has come."""
        for user in before - after:
            await self.tell_room("user.leave", user=user)
        for user in after - before:
            await self.tell_room("user.join", user=user)

    async def tell_everybody(self, message, client_id):
        """Save a message, tell the room, and acknowledge it, in this order."""
        author_id = self.scope["user"].pk
        draft = {"author_id": author_id, "text": message, "client_id": client_id}
        saved, new = await self.writer.save(draft)
        stored = {"seq": saved.seq, "client_id": client_id}
        if new:
            frame = {"type": "chat_message", "user": self.user, "message": message}
            frame |= stored | {"created": saved.created}
            # Encoded here, once, and not by each who gets it.
            await self.tell_room("chat.message", text=await self.encode_json(frame))
        await self.send_json({"type": "ack"} | stored)

    async def tell_privately(self, name, message, client_id):
        """Send a message to all connections of a user, wherever they are."""
        name = get_user_model().normalize_username(name)
        if not await database_sync_to_async(is_anywhere)(name):
            raise Refused("not_here", f"{name} is not here")
        event = {"type": "private.message", "user": self.user, "message": message}
        await self.channel_layer.group_send(user_group(name), event)
        receipt = {"type": "private_message_delivered", "target": name}
        receipt |= {"message": message, "client_id": client_id}
        await self.send_json(receipt)

    async def leave_what_is_left(self):
        """Leave the groups as far as possible: disconnect() will not be called."""
        for group in self.groups if self.channel_name else ():
            # What the layer keeps in this process goes even if Redis is away.
            with contextlib.suppress(RedisError):
                await self.channel_layer.group_discard(group, self.channel_name)
        if self.lease:
            with contextlib.suppress(*LOST):
                await self.leave()

    async def tell_room(self, type, **content):
        """Send an event to everybody in the room. Its type names their handler."""
        await self.channel_layer.group_send(self.group, {"type": type, **content})

    async def user_join(self, event):
        """Handle user.join."""
        if event["user"] not in self.users:
            self.users.add(event["user"])
            await self.send_json({"type": "user_join", "user": event["user"]})

    async def user_leave(self, event):
        """Handle user.leave."""
        if event["user"] in self.users:
            self.users.remove(event["user"])
            await self.send_json({"type": "user_leave", "user": event["user"]})

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

    @classmethod
    async def encode_json(cls, content):
        """Return a frame as text. Other than ASCII is not escaped: it is shorter."""
        return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False)


def user_group(name):
    """Return the group of a user's connections. The user's name may hold anything."""
    return f"user.{digest(name)}"


async def announce(message):
    """Send an announcement to every connection of every process on this layer."""
    event = {"type": "announcement", "message": message}
    await get_channel_layer().group_send(EVERYBODY, event)
