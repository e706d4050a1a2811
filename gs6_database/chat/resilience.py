"""What holds around all handlers of a consumer, whatever happens to Redis, the client
or the server. The chat itself is in consumers.py, and reads complete without this.
"""

import asyncio
import contextlib
import logging

from channels.consumer import get_handler_name
from channels.exceptions import ChannelFull
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout

logger = logging.getLogger(__name__)

PATIENCE = 4  # seconds for a call of the layer; Daphne drops a handshake after 5
UNAVAILABLE = 4503  # close code


class ResilientConsumer(AsyncJsonWebsocketConsumer):
    """A consumer that ends in order, and that no lost message leaves deaf."""

    channel_name = _channel_layer = None
    looking = None  # the task that looks around
    look_seconds = 30  # between two looks
    accepted = lost = False
    # What may be lost around a handler, and how the log calls it. The first one fits.
    losses = {RedisError: "the channel layer is lost"}

    async def __call__(self, scope, receive, send):
        """Serve one connection. What fails before the first handler, and while none
        runs, can be caught here alone.
        """

        async def send_if_there(event):
            # An exception would end this consumer before it is told of the disconnect:
            # the others would not see its user leave.
            try:
                await send(event)
            except (OSError, RuntimeError) as error:
                if event["type"] == "websocket.send" and not self.accepted:
                    raise  # a mistake of ours, and no client that has gone
                logger.debug("the client has gone: %r", error)

        # Channels sets these, too late for lose() if the layer fails at once.
        self.scope, self.base_send = scope, send_if_there
        try:
            await super().__call__(scope, receive, send_if_there)
        except tuple(self.losses) as error:
            await self.lose(error)
            await self.leave()
        except asyncio.CancelledError:
            await self.leave()
            raise
        finally:
            self.stop_looking()
            await give_up(self.channel_layer, self.channel_name)

    @property
    def channel_layer(self):
        """The channel layer. Channels sets it; it is used with patience."""
        return self._channel_layer

    @channel_layer.setter
    def channel_layer(self, layer):
        self._channel_layer = layer and PatientLayer(layer)

    async def dispatch(self, message):
        """Call the handler that the message's type names, and close at once if it
        loses something.

        Channels first visits the one thread that all sync code shares, to close old
        database connections: one more hop for every message, and a wait for everybody
        while that thread is busy. database_sync_to_async closes them itself.
        """
        handler = getattr(self, get_handler_name(message), None)
        if handler is None:
            raise ValueError(f"No handler for message type {message['type']}")
        try:
            await handler(message)
        except ChannelFull:
            logger.debug("a message is lost: the channel of its receiver is full")
        except tuple(self.losses) as error:
            await self.lose(error)
            raise

    async def lose(self, error):
        """Log what is lost, and close: the client comes back when it is there again."""
        if self.lost:
            return
        self.lost = True
        what = next(say for kind, say in self.losses.items() if isinstance(error, kind))
        logger.warning("%s: %s: %s", self.scope["path"], what, error)
        await self.close(UNAVAILABLE)

    async def leave(self):
        """Leave as far as possible: websocket_disconnect() will not be called."""
        self.stop_looking()
        if self.channel_name:
            # At the same time, whatever comes of it: Redis may hang, and what the layer
            # keeps of a group in this process goes even then.
            discard = self.channel_layer.group_discard
            left = (discard(group, self.channel_name) for group in self.groups)
            await asyncio.gather(*left, return_exceptions=True)
        with contextlib.suppress(*self.losses):
            await self.disconnect(UNAVAILABLE)

    async def accept(self, *args, **kwargs):
        """Accept the connection, and look around from now on."""
        self.accepted = True
        await super().accept(*args, **kwargs)
        self.looking = asyncio.create_task(self.look_around())

    async def websocket_disconnect(self, message):
        """Handle websocket.disconnect: look around no more, and leave."""
        self.stop_looking()
        await super().websocket_disconnect(message)

    async def look_around(self):
        """Join again from time to time: Redis forgets its groups when it is emptied,
        when another takes its place, and after a day. Then look.
        """
        while True:
            await asyncio.sleep(self.look_seconds)
            try:
                for group in self.groups:
                    await self.channel_layer.group_add(group, self.channel_name)
            except RedisError as error:
                return await self.lose(error)
            try:
                await self.look()
            except tuple(self.losses) as error:
                logger.warning("%s: looks again later: %s", self.scope["path"], error)
            except Exception:  # else this task would end, without a word
                logger.exception("%s: a look has failed", self.scope["path"])

    async def look(self):
        """See to what nobody tells this connection."""

    def stop_looking(self):
        """End the task that looks around."""
        if self.looking:
            self.looking.cancel()


class PatientLayer:
    """A channel layer whose calls end in time, even if Redis hangs."""

    LIMITED = ("group_add", "group_discard", "group_send", "new_channel", "send")

    def __init__(self, layer):
        self.layer = layer

    def __getattr__(self, name):
        call = getattr(self.layer, name)
        if name not in self.LIMITED:
            return call

        async def call_in_time(*args):
            try:
                async with asyncio.timeout(PATIENCE):
                    return await call(*args)
            except TimeoutError:
                raise RedisTimeout(f"no answer within {PATIENCE} s") from None

        return call_in_time


async def tell_group(group, event):
    """Send an event to a group from outside of any consumer."""
    await PatientLayer(get_channel_layer()).group_send(group, event)


async def give_up(layer, channel):
    """Give up a channel that nobody reads any more.

    The pub/sub layer ends a subscription when a receive() is cancelled. Channels does
    that at the end of a connection, but not if a message came first: of a client that
    left in the middle of a conversation a subscription would stay. This works around
    https://github.com/django/channels_redis/issues/276 and is no pattern: it knows the
    inside of the layer.
    """
    if channel not in getattr(layer, "channels", ()):
        return
    with contextlib.suppress(TimeoutError):
        # Cancelled as soon as it waits, that is when nothing is left to read.
        async with asyncio.timeout(0):
            while True:
                await layer.receive(channel)
