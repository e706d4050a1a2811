"""Whose turn it is at the database.

All connections of a process share one thread for it. Who waits there for a lock holds
up all others, and many who wait for the same lock would do so one after the other.
"""

import asyncio
import time
import weakref

from channels.db import database_sync_to_async
from django.db import OperationalError, connection


class Turn:
    """Lets one call at a time into the database's thread."""

    def __init__(self):
        self.lock = asyncio.Lock()
        self.failed_at = float("-inf")  # by time.monotonic()

    async def call(self, function, *args):
        """Call a function when it is its turn. Whoever waits when a call fails, for
        which there is mostly a lock to blame, fails with it and does not try in vain.
        """
        asked_at = time.monotonic()
        async with self.lock:
            if asked_at < self.failed_at:
                raise OperationalError("a call before this one has failed")
            try:
                return await database_sync_to_async(function)(*args)
            except OperationalError:
                self.failed_at = time.monotonic()
                raise


turns = weakref.WeakValueDictionary()  # by group; they go with the last who waits


async def in_turn(group, function, *args):
    """Call what writes, in the database's thread. Of what locks a room one call at a
    time is there, so between two of them it is the turn of other rooms.

    Without a group it locks none, and waits for nobody.
    """
    if connection.vendor == "sqlite":
        group = ""  # a writer locks all of it
    if group is None:
        return await database_sync_to_async(function)(*args)
    return await turns.setdefault(group, Turn()).call(function, *args)
