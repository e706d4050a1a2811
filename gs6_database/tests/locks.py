"""Locks that somebody else holds, like a migration or a server that has been paused."""

import contextlib
import time

import pytest
from django.db import connection, connections
from processes import TIMEOUT

PATIENCE = 1  # seconds
LEASE = 4  # a look visits the database twice, and each time a lock may come first
IMPATIENT = {
    "DATABASE_PATIENCE": str(PATIENCE),
    "LEASE_SECONDS": str(LEASE),
    "RATE": "100000",
    "SESSION_CHECK_SECONDS": "0.5",
}
SOON = PATIENCE + 1  # seconds, in which whoever is not concerned is served


@pytest.fixture
def two_impatient(keep, redis_url):
    """Two processes that wait a second for the database, and share Valkey."""
    environment = {"REDIS_URL": redis_url, "REDIS_LAYER": "pubsub", **IMPATIENT}
    return keep("daphne", **environment), keep("uvicorn", **environment)


@contextlib.contextmanager
def locked(room=None, table=None):
    """Have another program lock the row of a room or a table; on SQLite everything."""
    other = connections.create_connection("default")
    try:
        if connection.vendor == "sqlite":
            other.cursor().execute("BEGIN IMMEDIATE")
        else:
            other.set_autocommit(False)
            what = "SELECT 1 FROM chat_room WHERE name = %s FOR UPDATE"
            if table:
                what = f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"
            other.cursor().execute(what, [room] if room else None)
        yield
    finally:
        other.close()


def for_longer_than_a_lease(do):
    """Do something again and again; none of it may take long."""
    end = time.monotonic() + 1.75 * LEASE
    while time.monotonic() < end:
        start = time.monotonic()
        do()
        assert time.monotonic() - start < SOON
        time.sleep(0.3)  # often enough, and not too often for a sync


def frames_up_to(client, message):
    """Return the frames up to a chat message."""
    frames = []
    end = time.monotonic() + TIMEOUT
    while not frames or frames[-1].get("message") != message:
        assert time.monotonic() < end
        frames.append(client.next_frame())
    return frames


def gone(frames):
    """Return who was said to have left."""
    return [frame["user"] for frame in frames if frame["type"] == "user_leave"]
