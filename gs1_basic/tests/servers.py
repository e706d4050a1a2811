"""Real servers for the tests, and how one talks to them."""

from urllib.request import ProxyHandler, build_opener

from processes import Process
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

# Straight to the server, whatever proxy the user's shell names.
urlopen = build_opener(ProxyHandler({})).open


class Server(Process):
    """A server of this project."""

    def connect(self, path):
        """Return a WebSocket to this server, to be used in a with statement."""
        return connect(f"ws://{self.address}{path}", proxy=None)

    def handshake_status(self, path):
        """Return the HTTP status of a refused handshake, 101 of an accepted one."""
        try:
            with connect(f"ws://{self.address}{path}", proxy=None):
                return 101
        except InvalidStatus as refusal:
            return refusal.response.status_code
