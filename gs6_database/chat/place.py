"""A connection's place in a room: its lease, and what it has seen of the others."""

from .models import Room
from .people import People, people_of
from .presence import Lease, sweep
from .store import read, writer_for
from .turns import in_turn


class Place:
    """The place of one connection of a user in a room."""

    def __init__(self, room, user, channel):
        self.room, self.user, self.channel = room, user, channel
        self.group = room_group(room)
        self.people = people_of(self.group)
        self.people.places.add(self)
        self.shown = self.people.latest  # of the news
        self.lease = None

    async def take(self, after):
        """Take the place, and tell the room. Return who is there and the history."""
        is_new, users, history = await in_turn(self.group, self.enter, after)
        self.people.start(users)
        await self.tell_if(is_new, True)
        return users, history

    def enter(self, after):
        """Take a lease. Return whether the user is new, who is there, and the history.

        All at once: the database's thread is visited once.
        """
        room, _ = Room.objects.get_or_create(name=self.room)
        lease = Lease(room.pk, self.user, self.channel)
        is_new = lease.take()
        self.lease, self.writer = lease, writer_for(room.pk, self.group)
        # Beyond the end: the client remembers another database.
        after = after if (after or 0) <= room.seq else None
        return is_new, lease.users(), read(room.pk, after)

    async def keep(self):
        """Keep the lease, and look who is here. End the leases of the dead."""
        before = self.people.latest
        # Without a group: whatever locks the room, its leases are to be renewed.
        renewed, users, swept = await in_turn(None, self.renew)
        if users is not None:
            self.people.compare(users, before)
        if not renewed:
            is_new = await in_turn(self.group, self.lease.take)
            await self.tell_if(is_new, True)
        for room, left in swept.items():
            gone = [(name, False) for name in sorted(left)]
            await People(room_group(room)).tell(*gone)

    def renew(self):
        """Renew the lease. Return whether it was there, who is there (None if another
        place has just looked), and who has left which room.
        """
        renewed = self.lease.renew()
        if not self.people.is_due():
            return renewed, None, {}
        return renewed, self.lease.users(), sweep()

    def news(self):
        """Return the frames about those who have come and gone since the last time."""
        while news := self.shown.next:
            self.shown = news  # before it is sent: meanwhile the next may be asked for
            if news.users != {self.user.get_username()}:  # it knows that it is here
                yield news.text

    async def give_back(self):
        """Give the place back, and tell the room."""
        self.people.leave(self)
        has_left = await in_turn(self.group, self.leave)
        await self.tell_if(has_left, False)

    def leave(self):
        """Give the lease back, if there is one: who was cancelled may have got it in
        the database's thread without hearing of it.
        """
        return self.lease and self.lease.give_back()

    async def tell_if(self, is_news, has_come):
        """Tell the room that the user has come or gone, if no other place is theirs."""
        if is_news:
            await self.people.tell((self.user.get_username(), has_come))


def room_group(room):
    """Return the name of the group of a room's connections."""
    return f"room.{room}"
