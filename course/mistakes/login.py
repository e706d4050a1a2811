"""A login as many notes have it: what the handshake said is true for ever."""

from channels.generic.websocket import AsyncJsonWebsocketConsumer


class Greeter(AsyncJsonWebsocketConsumer):
    """Says whose connection it is, and lets everybody in."""

    async def connect(self):
        await self.accept()
        await self.greet()

    async def receive(self, text_data=None, bytes_data=None):
        await self.greet()

    async def greet(self):
        await self.send_json({"user": self.scope["user"].get_username()})


class Inbox(AsyncJsonWebsocketConsumer):
    """Private messages by a group that has the user's name as it is."""

    async def connect(self):
        self.user = self.scope["user"].get_username()
        await self.channel_layer.group_add(f"inbox_{self.user}", self.channel_name)
        await self.accept()

    async def receive_json(self, content):
        words = content["message"].split(" ", 2)
        if words[0] == "/pm":
            target, message = words[1], words[2]
            event = {"type": "private.message", "user": self.user, "message": message}
            await self.channel_layer.group_send(f"inbox_{target}", event)

    async def private_message(self, event):
        await self.send_json(event)
