"""A row of the timeline, and whose it is."""

from dataclasses import dataclass

VISITOR = "browser"  # the lane of whoever opens the page beside the story
OUTSIDE = "manage.py"  # the name of a command, which is nobody's connection
NOBODY = ""  # whose rows a server's own are, done for no connection alone


@dataclass
class Row:
    """One line of the timeline: a frame between a browser and the server, a message
    between the server and the channel layer, or a statement for the database.

    Attributes:
        at: When it began, in seconds of the system's monotonic clock.
        browser: The name of the browser's lane.
        up: Whether it went away from the browser: to the server, layer or database.
        seen: What the browser did or saw; "" until known.
        event: The server's ASGI event; "" until known.
        where: What the handler ran on; "" if there was no handler.
        alone: Whether it stands for one end only.
        lane: "server", "layer" or "sql": what is at its other end.
        server: The number of the server's process, 0 until known.
        starts: Whether a handler or a transaction of the server's own starts with it.
        client: The TCP port of the connection whose it is; 0 if it is nobody's.
        left_out: Whether it is not printed: it is there to be waited for.
    """

    at: float
    browser: str
    up: bool
    seen: str = ""
    event: str = ""
    where: str = ""
    alone: bool = False
    lane: str = "server"
    server: int = 0
    starts: bool = False
    client: int = 0
    left_out: bool = False

    @property
    def complete(self) -> bool:
        """Whether everything is known that it will show."""
        return self.alone or bool(self.event and (self.seen or self.lane != "server"))
