"""Who is in a room: a lease for each connection, in the database.

A connection that ends gives its lease back. A process that is killed cannot: nobody
renews its leases, and they run out.
"""

import time
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models.functions import Now

from .models import Presence, Room

NAME = get_user_model().USERNAME_FIELD


class Lease:
    """A connection's lease of its place in a room."""

    def __init__(self, room_id, user, channel):
        self.room_id, self.user, self.channel = room_id, user, channel
        self.leases = Presence.objects.filter(room_id=room_id)

    @transaction.atomic
    def take(self):
        """Take the lease. Return whether the user was not in the room before."""
        self.lock()
        is_new = not self.leases.filter(user=self.user).exists()
        place = {"room_id": self.room_id, "user": self.user}
        Presence.objects.create(**place, channel=self.channel)
        punctuality.note()
        return is_new

    def renew(self):
        """Have the lease last from now on. Return whether it is still there."""
        renewed = self.leases.filter(channel=self.channel).update(renewed=Now())
        punctuality.note()
        return bool(renewed)

    @transaction.atomic
    def give_back(self):
        """End the lease. Return whether the user has left the room with it."""
        self.lock()
        ended, _ = self.leases.filter(channel=self.channel).delete()
        return bool(ended) and not self.leases.filter(user=self.user).exists()

    def lock(self):
        """Have the room for this transaction alone."""
        Room.objects.select_for_update().get(pk=self.room_id)

    def users(self):
        """Return the names of all who are in the room."""
        return set(self.leases.values_list(f"user__{NAME}", flat=True))


class Punctuality:
    """Whether this process renews its leases in time.

    If it could not, others could not either, and their leases are not dead but late:
    for as long as a lease lasts it judges none. Nor does it when it has just begun.
    """

    def __init__(self):
        # Times of time.monotonic()
        self.last = float("-inf")
        self.since = float("inf")

    def is_late(self):
        """Return whether leases may have run out since the last was renewed: the oldest
        was to be renewed next.
        """
        waited = time.monotonic() - self.last
        return waited > settings.LEASE_SECONDS - settings.SESSION_CHECK_SECONDS

    def note(self):
        """Note that a lease has been taken or renewed."""
        if self.is_late():
            self.since = time.monotonic()
        self.last = time.monotonic()

    def may_judge(self):
        """Return whether a lease that has run out is a dead one."""
        return time.monotonic() - self.since > settings.LEASE_SECONDS


punctuality = Punctuality()


def sweep():
    """End the leases that have run out, in all rooms. Return who has left, by room."""
    if not punctuality.may_judge():
        return {}
    dead = Presence.objects.filter(renewed__lt=oldest())
    rooms = Room.objects.filter(pk__in=dead.values("room"))
    return {room.name: sweep_room(room, dead) for room in rooms}


@transaction.atomic
def sweep_room(room, dead):
    """End the dead leases of a room. Return who has left it."""
    # If somebody has it locked, the next sweep will do.
    if not Room.objects.select_for_update(skip_locked=True).filter(pk=room.pk).first():
        return set()
    leases = Presence.objects.filter(room=room).values_list(f"user__{NAME}", flat=True)
    before = set(leases)
    dead.filter(room=room).delete()
    return before - set(leases.all())


def oldest():
    """Return when a lease that is still good was renewed at the latest."""
    return Now() - timedelta(seconds=settings.LEASE_SECONDS)


def find_user(name):
    """Return the key of a user who has a good lease in any room, or None."""
    leases = Presence.objects.filter(**{f"user__{NAME}": name})
    if not punctuality.is_late():  # else one that has run out is as good
        leases = leases.filter(renewed__gte=oldest())
    return leases.values_list("user", flat=True).first()
