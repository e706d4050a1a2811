"""Which SQL statements get a row: a transaction that shows nothing has none at all."""

from collections.abc import Set

from course.wire.events import Event

ENDS = ("COMMIT", "ROLLBACK")
FRAME = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK TO", *ENDS)


class Transactions:
    """Keeps what frames a transaction until a statement of it is shown.

    Django's own tables are not reported: what is left of a login is BEGIN and COMMIT.
    """

    def __init__(self) -> None:
        self.kept: dict[tuple[int, int], list[Event]] = {}

    def shown(self, event: Event, hidden: Set[str]) -> list[Event]:
        """Return the events that get their row now.

        Args:
            event: What a server reported.
            hidden: What gets no row; see is_hidden.
        """
        key = (event.server, event.transaction)
        if event.type == "BEGIN":
            self.kept[key] = []
        events = [] if is_hidden(event, hidden) else [event]
        if not event.transaction or key not in self.kept:
            return events
        if events and event.type not in FRAME:
            return [*self.kept.pop(key), event]
        self.kept[key] += events
        if event.type in ENDS:
            del self.kept[key]
        return []


def is_hidden(event: Event, hidden: Set[str]) -> bool:
    """Return whether a statement gets no row.

    Args:
        event: The statement.
        hidden: Verbs ("SELECT"), tables ("presence"), both ("SELECT room"), or all that
            is shown of a statement ("UPDATE room: seq + 1").
    """
    return not hidden.isdisjoint({event.text, event.type, *event.type.split()})
