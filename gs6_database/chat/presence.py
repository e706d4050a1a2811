"""Who is in a room: a lease for each connection, in the database.

A connection that ends gives its lease back. A process that is killed cannot: nobody
renews its leases, and they run out.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from .models import Presence, Room


class Lease:
    """A connection's lease. Each method returns who was in the room and who is now."""

    def __init__(self, room_id, user, channel):
        self.room_id, self.user, self.channel = room_id, user, channel
        self.leases = Presence.objects.filter(room_id=room_id)

    def take(self):
        """Take the lease, and end those of this room that have run out."""
        with transaction.atomic():
            before = self.lock()
            if not self.touch():
                place = {"room_id": self.room_id, "user": self.user}
                Presence.objects.create(**place, channel=self.channel)
            self.leases.filter(renewed__lt=oldest()).delete()
            return before, self.users()

    def renew(self):
        """Renew the lease. Take it again if it had run out."""
        if not self.touch() or self.leases.filter(renewed__lt=oldest()).exists():
            return self.take()
        users = self.users()
        return users, users

    def give_back(self):
        """End the lease."""
        with transaction.atomic():
            before = self.lock()
            self.leases.filter(channel=self.channel).delete()
            return before, self.users()

    def touch(self):
        """Have the lease last from now on. Return whether there is one."""
        return self.leases.filter(channel=self.channel).update(renewed=Now())

    def lock(self):
        """Have the room for this transaction alone. Return who is there."""
        Room.objects.select_for_update().get(pk=self.room_id)
        return self.users()

    def users(self):
        """Return the names of those who have a lease."""
        return set(self.leases.values_list("user__username", flat=True))


def oldest():
    """Return when a lease that is still good was renewed at the latest."""
    return Now() - timedelta(seconds=settings.LEASE_SECONDS)


def is_anywhere(name):
    """Return whether a user has a good lease in any room."""
    leases = Presence.objects.filter(user__username=name, renewed__gte=oldest())
    return leases.exists()
