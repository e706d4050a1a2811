"""Groups on each of the channel layers, and the settings of the layers."""

import os
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings

Event = dict[str, Any]
GROUP = "bench"
CAPACITY = int(os.environ.get("CAPACITY", "100"))  # messages; 100 is the default
REDIS_URL = os.environ.get("REDIS_URL")
HOST = {"address": REDIS_URL, "max_connections": 5000, "socket_timeout": None}
LAYERS = {
    "memory": {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        "CONFIG": {"capacity": CAPACITY},
    },
    "queue": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"capacity": CAPACITY, "hosts": [HOST]},
    },
    "pubsub": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    },
}

if not settings.configured:
    settings.configure(CHANNEL_LAYERS=LAYERS)


class Member(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
    """A member of the group; what it is sent goes to all of them."""

    async def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: join, and accept."""
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.send({"type": "websocket.accept"})

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: tell the group."""
        message = {"type": "chat.message", "text": event["text"]}
        await self.channel_layer.group_send(GROUP, message)

    async def websocket_disconnect(self, event: Event) -> None:
        """Handle websocket.disconnect: leave, and end."""
        await self.channel_layer.group_discard(GROUP, self.channel_name)
        raise StopConsumer

    async def chat_message(self, event: Event) -> None:
        """Handle chat.message from the group: tell the client."""
        await self.send({"type": "websocket.send", "text": event["text"]})


class Burst(AsyncConsumer):  # type: ignore[misc]
    """Tells the group many things at once. It is no member."""

    async def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: accept."""
        await self.send({"type": "websocket.accept"})

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: tell as many things, and then say so."""
        for number in range(int(event["text"])):
            message = {"type": "chat.message", "text": str(number)}
            await self.channel_layer.group_send(GROUP, message)
        await self.send({"type": "websocket.send", "text": "sent"})

    async def websocket_disconnect(self, event: Event) -> None:
        """Handle websocket.disconnect: end."""
        raise StopConsumer


def on_layers(path: str, consumer: Any) -> dict[str, Any]:
    """Return a consumer on each of the layers, by path."""
    found = {}
    for layer in LAYERS:
        own: Any = type(consumer.__name__, (consumer,), {"channel_layer_alias": layer})
        found[f"{path}/{layer}"] = own.as_asgi()
    return found
