"""Who is in a room, as far as one socket has heard."""

from collections import Counter


class Presence:
    """Users by the channels of their sockets: two tabs are one user."""

    def __init__(self):
        self.users = {}  # by channel
        self.sockets = Counter()  # by user

    def add(self, channel, user):
        """Note a socket. Return whether its user was not here before."""
        if channel in self.users:
            return False
        self.users[channel] = user
        self.sockets[user] += 1
        return self.sockets[user] == 1

    def remove(self, channel):
        """Forget a socket. Return its user if that was the last one, or else None."""
        user = self.users.pop(channel, None)
        if user is None:
            return None
        self.sockets[user] -= 1
        if self.sockets[user]:
            return None
        del self.sockets[user]
        return user
