"""Whose turn it is at the database.

All connections of a process share one thread for it. Who waits there for a lock holds
up all others, and many who wait for the same lock would do so one after the other.
"""

import asyncio
import contextlib
import time
import weakref

from channels.db import database_sync_to_async
from django.db import OperationalError, connection


class Turn:
    """Calls that may wait for the same lock. Those that have been asked for when one
    fails, for which there is mostly a lock to blame, fail with it, and do not try in
    vain.
    """

    def __init__(self):
        self.lock = asyncio.Lock()
        self.failed_at = float("-inf")  # by time.monotonic()

    async def call(self, function, *args):
        """Call a function in the database's thread when no other of these is there."""
        asked_at = time.monotonic()
        async with self.lock:
            with self.attempt(asked_at):
                return await database_sync_to_async(function)(*args)

    @contextlib.contextmanager
    def attempt(self, asked_at):
        """Fail if another has failed since this was asked for; note it if this does."""
        if asked_at < self.failed_at:
            raise OperationalError("a call before this one has failed")
        try:
            yield
        except OperationalError:
            self.failed_at = time.monotonic()
            raise


turns = weakref.WeakValueDictionary()  # by name; they go with the last who waits


async def in_turn(group, function, *args):
    """Call what writes, in the database's thread. Of what locks a room one call at a
    time is there, so between two of them it is the turn of other rooms.

    Without a group it locks none, and waits for nobody.
    """
    if connection.vendor == "sqlite":
        group = ""  # a writer locks all of it
    if group is None:
        return await at_once("without a group", function, *args)
    return await turns.setdefault(group, Turn()).call(function, *args)


async def at_once(name, function, *args):
    """Call what all connections call now and then, as soon as the thread is free."""
    turn = turns.setdefault(name, Turn())
    asked_at = time.monotonic()

    def call_in_time():
        with turn.attempt(asked_at):
            return function(*args)

    return await database_sync_to_async(call_in_time)()
