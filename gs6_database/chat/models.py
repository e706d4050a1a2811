"""What stays: rooms, their messages, and who is there."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class Room(models.Model):
    """A room, and how many messages it has. Its row is the lock on what is in it."""

    name = models.CharField(max_length=50, unique=True)
    seq = models.BigIntegerField(default=0, editable=False)

    def __str__(self):
        return self.name


class Message(models.Model):
    """A message: the seq-th of its room, counted from 1."""

    # No index of its own: that of one_message_a_seq begins with it.
    room = models.ForeignKey(
        Room, models.PROTECT, related_name="messages", db_index=False
    )
    seq = models.BigIntegerField()
    # None once the account is deleted. The name is the one that it was said by.
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    name = models.TextField()
    text = models.TextField()
    client_id = models.UUIDField(null=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="one_message_a_seq"),
            models.UniqueConstraint(
                fields=["room", "author", "client_id"], name="stored_once"
            ),
        ]

    def __str__(self):
        return f"{self.room} {self.seq}"


class Presence(models.Model):
    """A lease: this connection is in the room, until nobody renews it any more."""

    room = models.ForeignKey(Room, models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    channel = models.CharField(max_length=200, unique=True)
    # By the database's clock: the servers' clocks may differ.
    renewed = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "presence"

    def __str__(self):
        return f"{self.user} in {self.room}"
