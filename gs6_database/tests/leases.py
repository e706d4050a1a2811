"""Leases that no process renews, and who has one."""

import asyncio
from datetime import timedelta

import pytest
from accounts import make_user
from asgiref.sync import sync_to_async
from django.db.models.functions import Now
from processes import TIMEOUT
from storage import models


@pytest.fixture
def punctual(monkeypatch):
    """Have this process be one that has renewed its leases in time for long enough."""
    models()
    from chat.presence import Punctuality

    monkeypatch.setattr(Punctuality, "may_judge", lambda self: True)


def age(name, seconds):
    """Have the leases of a user be renewed so long ago. Return how many there are."""
    leases = models().Presence.objects.filter(user__username=name)
    return leases.update(renewed=Now() - timedelta(seconds=seconds))


def stay(name, room="red", seconds=0):
    """Have a user be somewhere where no process renews the lease."""
    room, _ = models().Room.objects.get_or_create(name=room)
    user = make_user(name)
    row = models().Presence.objects.create(
        room=room, user=user, channel=f"{name} in {room}"
    )
    age(name, seconds)
    return row


def there(room="red"):
    """Return who has a lease of a room, sorted, as often as they have one."""
    leases = models().Presence.objects.filter(room__name=room)
    return sorted(leases.values_list("user__username", flat=True))


async def until(question, answer):
    """Wait until a question to the database has an answer."""
    ask = sync_to_async(question)
    try:
        async with asyncio.timeout(TIMEOUT):
            while await ask() != answer:
                pass
    except TimeoutError:
        pytest.fail(f"it never became {answer}")
