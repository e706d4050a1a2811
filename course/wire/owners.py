"""Whose channel is whose: names that a reader can follow, for random ones."""

from collections import defaultdict

from course.wire.events import Event
from course.wire.row import Row


class Owners:
    """Knows which browser's connection asked for each channel.

    One process can send to a channel of another, and its report may be the first to
    arrive: then the row waits until the channel's owner is known.
    """

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.waiting: dict[str, list[tuple[Row, Event]]] = defaultdict(list)

    def own(self, channel: str, browser: str) -> None:
        """Note the owner of a new channel."""
        self.names[channel] = browser
        for row, event in self.waiting.pop(channel, []):
            self.write(row, event)

    def write(self, row: Row, event: Event) -> None:
        """Write into a row what the layer was asked, once its channel has an owner."""
        if not event.channel:
            row.event = event.text
        elif event.channel in self.names:
            owner = f"{self.names[event.channel]}'s channel"
            row.event = event.text.replace(event.channel, owner)
        else:
            self.waiting[event.channel].append((row, event))
