"""Who is in a room, kept once for all connections that this process has there."""

import asyncio
import itertools
import json
import secrets
import time
import weakref

from .resilience import tell_group

TOGETHER = 0.2  # seconds: who comes or goes within them is told together


class News:
    """A frame, and whom it is about. The next one follows: they are a chain, of which
    each connection holds the link that it has shown last. What all have shown goes.
    """

    def __init__(self, frame=None, users=()):
        self.text = json.dumps(frame, ensure_ascii=False)  # once, for all who show it
        self.users = users
        self.next = None

    def following(self):
        """Return the news that have come after this, in their order."""
        news = self
        while news := news.next:
            yield news


class People:
    """The names of those who are in a room, and the news of it."""

    def __init__(self, group):
        self.group = group
        self.places = set()  # of connections of this process
        self.users = None  # their names, once one has looked
        self.latest = News()
        self.heard = {}  # the number of the last event, by its sender
        self.sender, self.sent = secrets.token_hex(8), 0
        self.changes = []  # not told yet: names, each with whether it has come
        self.telling = None  # the task that tells them
        self.told_at = self.looked_at = float("-inf")

    def start(self, users):
        """Take who is here from the first who has looked."""
        if self.users is None:
            self.users = set(users)

    def leave(self, place):
        """Forget a place, and with the last one who is here: nobody would hear it."""
        self.places.discard(place)
        if not self.places:
            self.users = None

    async def tell(self, *changes):
        """Tell all connections of the room, at once or with the next changes."""
        self.changes += changes
        if self.telling is None:
            self.telling = asyncio.create_task(self.tell_all())
        await asyncio.shield(self.telling)

    async def tell_all(self):
        """Tell what has changed until a fifth of a second after the last time."""
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(self.told_at + TOGETHER - clock())
        changes, self.changes, self.telling = self.changes, [], None
        self.told_at = clock()
        self.sent += 1
        event = {"sender": self.sender, "number": self.sent, "changes": changes}
        await tell_group(self.group, {"type": "people.changed", **event})

    def hear(self, event):
        """Note what an event tells. Each connection gets it, the first one notes it."""
        new = event["number"] > self.heard.get(event["sender"], 0)
        if new and self.users is not None:
            self.heard[event["sender"]] = event["number"]
            self.note(event["changes"])

    def note(self, changes):
        """Note changes in their order, and make the news of them."""
        for has_come, some in itertools.groupby(changes, key=lambda change: change[1]):
            names = [name for name, _ in some]
            if not has_come:
                for name in names:
                    self.users.discard(name)
                    self.add({"type": "user_leave", "user": name}, {name})
                continue
            names = [name for name in dict.fromkeys(names) if name not in self.users]
            self.users.update(names)
            if len(names) == 1:
                self.add({"type": "user_join", "user": names[0]}, set(names))
            elif names:
                self.add({"type": "user_list", "users": names}, set(names))

    def is_due(self):
        """Return whether it is time to look who is here: one place looks for all."""
        now = time.monotonic()
        is_due = now - self.looked_at > TOGETHER
        if is_due:
            self.looked_at = now
        return is_due

    def compare(self, users, before):
        """Note who is here by a look at the database. What came after the news that
        was the latest before that look is newer than what it saw.
        """
        newer = set().union(*(news.users for news in before.following()))
        gone, come = self.users - users - newer, users - self.users - newer
        self.note([(name, False) for name in sorted(gone)])
        self.note([(name, True) for name in sorted(come)])

    def add(self, frame, users):
        """Add news."""
        self.latest.next = News(frame, users)
        self.latest = self.latest.next


rooms = weakref.WeakValueDictionary()  # by group; they go with the last who uses them


def people_of(group):
    """Return who is in a room, the same object for all connections of this process."""
    return rooms.setdefault(group, People(group))
