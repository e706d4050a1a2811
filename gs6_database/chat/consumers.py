"""The chat: one consumer for each connection, and groups between them."""

import json

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db import Error, InterfaceError, OperationalError

from . import protocol
from .login import session_group, user_group, user_of
from .place import Place
from .presence import find_user
from .protocol import LOGIN_OVER, Rate, Refused
from .resilience import ResilientConsumer, tell_group
from .store import read
from .turns import at_once

EVERYBODY = "broadcast"  # the group of all connections


class ChatConsumer(ResilientConsumer):
    """One connection of one user in one room."""

    groups = [EVERYBODY]  # joined before connect(), left before disconnect()
    place = None  # in the room
    look_seconds = settings.SESSION_CHECK_SECONDS
    losses = ResilientConsumer.losses | {
        InterfaceError: "the database is lost",
        OperationalError: "the database is lost",
        Error: "the database refuses",
        ObjectDoesNotExist: "the room is gone",
    }
    over = False  # whether the login has ended

    async def connect(self):
        """Handle websocket.connect: see to the login, join, read, and accept.

        In this order nobody is let in whom the layer would not reach.
        """
        self.user = self.scope["user"].get_username()
        self.rate, self.reads = Rate(settings.RATE), Rate(protocol.READS)
        # First join, then look: a logout in between is told to the group.
        await self.join(session_group(self.scope["session"].session_key))
        if not await self.is_logged_in():
            return await self.close()
        await self.join(user_group(str(self.scope["user"].pk)))
        room = self.scope["url_route"]["kwargs"]["room"]
        place = self.place = Place(room, self.scope["user"], self.channel_name)
        # First join, then read: a message in between comes twice, and not never.
        await self.join(place.group)
        after = protocol.parse_after(self.scope["query_string"])
        users, history = await place.take(after)
        await self.accept()
        await self.send_json({"type": "welcome", "user": self.user, "room": room})
        await self.send_json(history)
        await self.send_json({"type": "user_join", "user": self.user})
        if others := sorted(users - {self.user}):
            await self.send_json({"type": "user_list", "users": others})

    async def join(self, group):
        """Join a group, and leave it at the end."""
        # A list of its own: that of the class belongs to all. First noted, then joined:
        # what is joined by half is left, too.
        self.groups = [*self.groups, group]
        await self.channel_layer.group_add(group, self.channel_name)

    async def is_logged_in(self):
        """Return whether the session is still this user's, by the same name."""
        session_key = self.scope["session"].session_key
        user = await at_once("logins", user_of, session_key)
        return user == self.scope["user"] and user.get_username() == self.user

    async def look(self):
        """Close the connection when its login has ended, in whichever way; otherwise
        renew the lease, and see who is here.
        """
        if not await self.is_logged_in():
            return await self.login_over({})
        await self.place.keep()
        await self.show_news()

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
        frame = await database_sync_to_async(read)(
            self.place.lease.room_id, **{key: seq}
        )
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
        """Handle websocket.disconnect: give the lease back, and tell those who stay."""
        if self.place:
            await self.place.give_back()

    async def tell_everybody(self, message, client_id):
        """Save a message, tell the room, and acknowledge it, in this order."""
        draft = {"author_id": self.scope["user"].pk, "name": self.user}
        draft |= {"text": message, "client_id": client_id}
        saved, is_new = await self.place.writer.save(draft)
        stored = {"seq": saved.seq, "client_id": client_id}
        if is_new:
            frame = {"type": "chat_message", "user": self.user, "message": message}
            frame |= stored | {"created": saved.created}
            # Encoded here, once, and not by each who gets it.
            event = {"type": "chat.message", "text": await self.encode_json(frame)}
            await self.channel_layer.group_send(self.place.group, event)
        await self.send_json({"type": "ack"} | stored)

    async def tell_privately(self, name, message, client_id):
        """Send a message to all connections of a user, wherever they are."""
        name = get_user_model().normalize_username(name)
        user_id = await database_sync_to_async(find_user)(name)
        if user_id is None:
            raise Refused("not_here", f"{name} is not here")
        event = {"type": "private.message", "user": self.user, "message": message}
        await self.channel_layer.group_send(user_group(str(user_id)), event)
        # It says "sent to one who is here"; only their pages could say "read".
        receipt = {"type": "private_message_delivered", "target": name}
        receipt |= {"message": message, "client_id": client_id}
        await self.send_json(receipt)

    async def people_changed(self, event):
        """Handle people.changed: some have come, or gone."""
        self.place.people.hear(event)
        await self.show_news()

    async def show_news(self):
        """Tell the browser who has come and gone since the last time."""
        for frame in self.place.news():
            await self.send(frame)

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


async def announce(message):
    """Send an announcement to every connection of every process on this layer."""
    await tell_group(EVERYBODY, {"type": "announcement", "message": message})
