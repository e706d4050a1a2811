"""Two consumers that log what they are given and never reply."""

import logging

from channels.consumer import AsyncConsumer, SyncConsumer
from channels.exceptions import StopConsumer

logger = logging.getLogger(__name__)

# A message is logged up to this many characters: it may be as long as 1 MiB.
RECEIVED = "%s received text=%.200r bytes=%.200r"


class SyncLogConsumer(SyncConsumer):
    """Three handlers, one for each WebSocket event: plain functions."""

    def websocket_connect(self, event):
        """Handle websocket.connect: a client asks for a connection, accept it."""
        logger.info("sync connected")
        self.send({"type": "websocket.accept"})

    def websocket_receive(self, event):
        """Handle websocket.receive: a message is either text or bytes."""
        logger.info(RECEIVED, "sync", event.get("text"), event.get("bytes"))

    def websocket_disconnect(self, event):
        """Handle websocket.disconnect: the connection is gone, end this consumer."""
        logger.info("sync disconnected code=%s", event["code"])
        raise StopConsumer


class AsyncLogConsumer(AsyncConsumer):
    """The same three handlers, as coroutines."""

    async def websocket_connect(self, event):
        """Handle websocket.connect: a client asks for a connection, accept it."""
        logger.info("async connected")
        await self.send({"type": "websocket.accept"})

    async def websocket_receive(self, event):
        """Handle websocket.receive: a message is either text or bytes."""
        logger.info(RECEIVED, "async", event.get("text"), event.get("bytes"))

    async def websocket_disconnect(self, event):
        """Handle websocket.disconnect: the connection is gone, end this consumer."""
        logger.info("async disconnected code=%s", event["code"])
        raise StopConsumer
