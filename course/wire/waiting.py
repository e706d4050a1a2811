"""What a story can wait for in its timeline."""

import asyncio
from collections import Counter
from collections.abc import Callable

from course.wire.row import Row


class Waiting:
    """The rows that are known, and what else servers have said.

    `rows` are in the order they began. `ordered` are those whose place is certain: in
    the order of the server's reports, which is that of its handlers. `looked_at` are
    the rows that the story has waited for, in its order. `since` is how many of the
    ordered ones there were when the step began.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.ordered: list[Row] = []
        self.looked_at: list[Row] = []
        self.since = 0
        self.heard: set[int] = set()
        self.ended: set[int] = set()
        self.caught_up: Counter[int] = Counter()
        self.changed = asyncio.Condition()
        self.on_change: Callable[[], None] = lambda: None

    async def tell(self) -> None:
        """Tell everyone who waits that a row has changed."""
        self.on_change()
        async with self.changed:
            self.changed.notify_all()

    async def until(self, so: Callable[[], bool], timeout: float) -> None:
        """Wait until something is so.

        Args:
            so: Whether it is.
            timeout: In seconds.

        Raises:
            TimeoutError: It was not in time. So do all that wait below.
        """
        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(so)

    async def completed(self, row: Row, timeout: float) -> None:
        """Wait until both ends of a row are known, for at most timeout seconds."""
        await self.until(lambda: row.complete, timeout)

    async def reported(self, port: int, timeout: float) -> None:
        """Wait until the server has reported anything of a client, for at most timeout
        seconds."""
        await self.until(lambda: port in self.heard, timeout)

    async def given(self, port: int, type: str, times: int, timeout: float) -> Row:
        """Wait until the layer has given a client's handlers an event so many times.

        Args:
            port: The client's TCP port.
            type: The event's type.
            times: How often, since the connection began.
            timeout: In seconds.

        Returns:
            The row of the last time.
        """

        def found() -> list[Row]:
            mine = (row for row in self.ordered if row.client == port and row.starts)
            return [row for row in mine if row.event == type]

        await self.until(lambda: len(found()) >= times, timeout)
        return found()[times - 1]

    async def ran(self, statement: str, server: int, timeout: float) -> Row:
        """Wait until a server has run a statement in this step that was not waited for
        before.

        Args:
            statement: What is shown of it, or the beginning.
            server: The server's number.
            timeout: In seconds.

        Returns:
            The row of the first such statement.
        """

        def found() -> list[Row]:
            known = {id(row) for row in self.looked_at}
            recent = (row for row in self.ordered[self.since :] if row.lane == "sql")
            mine = (row for row in recent if row.server == server)
            asked = (row for row in mine if row.event.startswith(statement))
            return [row for row in asked if id(row) not in known]

        await self.until(lambda: bool(found()), timeout)
        return found()[0]

    async def over(self, port: int, timeout: float) -> None:
        """Wait until the application is done with a connection, for at most timeout
        seconds."""
        await self.until(lambda: port in self.ended, timeout)

    async def up_to_date(self, server: int, times: int, timeout: float) -> None:
        """Wait until a server has caught up so many times.

        Args:
            server: Its number.
            times: How often, since the timeline began.
            timeout: In seconds.
        """
        await self.until(lambda: self.caught_up[server] >= times, timeout)
