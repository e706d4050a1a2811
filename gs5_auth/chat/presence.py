"""Who is in a room, as far as one socket has heard."""


class Presence:
    """Users by the channels of their sockets: two tabs are one user."""

    def __init__(self):
        self.users = {}

    def add(self, channel, user):
        """Note a socket. Return whether its user was not here before."""
        new = user not in self.users.values()
        self.users[channel] = user
        return new

    def remove(self, channel):
        """Forget a socket. Return its user if that was the last one, or else None."""
        user = self.users.pop(channel, None)
        return None if user in self.users.values() else user
