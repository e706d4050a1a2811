"""Frames of history, by the numbers of their messages."""

from asgiref.sync import sync_to_async
from storage import fill

BATCH = 80  # messages in a frame
BIGGEST = 2**63 - 1
write = sync_to_async(fill)


def numbers(frame):
    """Return the numbers of the messages in a frame of history."""
    return [message["seq"] for message in frame["messages"]]


def of(first, last):
    """Return the numbers from one to another."""
    return list(range(first, last + 1))
