"""Handlers without the detour through the database's thread."""

from channels.consumer import get_handler_name


class DirectDispatch:
    """A mixin for async consumers that leave the database to database_sync_to_async.

    Before each event Channels visits the one thread that all sync code shares, to close
    old database connections: one more hop for every message, and a wait for everybody
    while that thread is busy. database_sync_to_async closes them itself.
    """

    async def dispatch(self, message):
        """Call the handler that the message's type names."""
        handler = getattr(self, get_handler_name(message), None)
        if handler is None:
            raise ValueError(f"No handler for message type {message['type']}")
        await handler(message)
