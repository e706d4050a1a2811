"""A slow link between a page and its server."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

PIECE = 2048  # bytes


class Link:
    """Passes on what goes from a browser to a server, and slowly what comes back.

    Args:
        address: The server's.
        speed: Bytes in a second, of all connections together.
    """

    def __init__(self, address: str, speed: int) -> None:
        self.server = ("127.0.0.1", urlsplit(address).port or 80)
        self.speed = speed
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.turn = threading.Lock()  # one piece is on the link at a time
        self.open: list[socket.socket] = []

    def listen(self) -> None:
        """Connect whoever comes, until the link is closed."""
        with contextlib.suppress(OSError):
            while True:
                browser, _ = self.listener.accept()
                # What waits to be passed on is to wait in the server, not here.
                server = socket.create_connection(self.server)
                self.open += [browser, server]
                for ends in ((browser, server, False), (server, browser, True)):
                    threading.Thread(target=self.carry, args=ends, daemon=True).start()

    def carry(self, one: socket.socket, other: socket.socket, slowly: bool) -> None:
        """Carry what one end says to the other, until it has nothing more to say."""
        with contextlib.suppress(OSError):
            while piece := one.recv(PIECE):
                if slowly:
                    with self.turn:
                        time.sleep(len(piece) / self.speed)
                other.sendall(piece)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End all connections."""
        for each in (self.listener, *self.open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextlib.contextmanager
def slow_link(address: str, speed: int) -> Iterator[str]:
    """Lead to a server over a slow link, for a with statement.

    Yields:
        The address to use for the server's.
    """
    link = Link(address, speed)
    threading.Thread(target=link.listen, daemon=True).start()
    try:
        yield link.address
    finally:
        link.close()
