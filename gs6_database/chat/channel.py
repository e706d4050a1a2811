"""What Channels leaves behind of a connection that has ended."""

import asyncio
import contextlib


async def give_up(layer, channel):
    """Give up a channel that nobody reads any more.

    The pub/sub layer ends a subscription when a receive() is cancelled. Channels does
    that at the end of a connection, but not if a message came first: of a client that
    left in the middle of a conversation a subscription would stay.
    """
    if channel not in getattr(layer, "channels", ()):
        return
    with contextlib.suppress(TimeoutError):
        # Cancelled as soon as it waits, that is when nothing is left to read.
        async with asyncio.timeout(0):
            while True:
                await layer.receive(channel)
