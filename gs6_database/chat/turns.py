"""Whose turn it is at the database.

All connections of a process share one thread for it. Who waits there for a lock holds
up all others; many who wait for the same one would do so one after the other, for ever.
"""

import asyncio
import weakref

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import OperationalError, connection

turns = weakref.WeakValueDictionary()  # locks by group; they go with the last who waits


async def in_turn(group, call, *args):
    """Call what locks a room, in the database's thread. Of a room one at a time is
    called, so between two of them it is the turn of other rooms.
    """
    # A writer locks the whole of SQLite.
    key = "" if connection.vendor == "sqlite" else group
    turn = turns.setdefault(key, asyncio.Lock())
    try:
        async with asyncio.timeout(settings.DATABASE_PATIENCE):
            await turn.acquire()
    except TimeoutError:
        raise OperationalError(
            f"no turn within {settings.DATABASE_PATIENCE} s"
        ) from None
    try:
        return await database_sync_to_async(call)(*args)
    finally:
        turn.release()
