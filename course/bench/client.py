"""Many clients at once, in the process of the benchmark."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

AT_ONCE = 20  # handshakes
PATIENCE = 60.0  # seconds


@contextlib.asynccontextmanager
async def connections(
    port: int, path: str, number: int
) -> AsyncIterator[list[ClientConnection]]:
    """Have connections for the time of a with statement.

    They are neither compressed nor pinged by the clients.

    Args:
        port: The server's TCP port on 127.0.0.1.
        path: What is served there.
        number: How many.
    """
    turn = asyncio.Semaphore(AT_ONCE)
    async with contextlib.AsyncExitStack() as stack:

        async def open_one() -> ClientConnection:
            async with turn:
                opening = connect(
                    f"ws://127.0.0.1:{port}{path}",
                    compression=None,
                    ping_interval=None,
                    open_timeout=PATIENCE,
                    proxy=None,
                )
                return await stack.enter_async_context(opening)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(open_one()) for _ in range(number)]
        opened = [task.result() for task in tasks]
        try:
            yield opened
        finally:
            await asyncio.gather(*(each.close() for each in opened))


async def echo(websockets: list[ClientConnection], seconds: float, text: str) -> int:
    """Send on each connection again as soon as it is answered, for some time.

    Returns:
        The number of answers.
    """
    end = time.perf_counter() + seconds

    async def talk(websocket: ClientConnection) -> int:
        answers = 0
        while time.perf_counter() < end:
            await websocket.send(text)
            await websocket.recv()
            answers += 1
        return answers

    return sum(await asyncio.gather(*map(talk, websockets)))


async def all_answered(websockets: list[ClientConnection], text: str) -> float:
    """Send a text on all connections at once.

    Returns:
        The seconds until the last one was answered.
    """
    started = time.perf_counter()
    await asyncio.gather(*(each.send(text) for each in websockets))
    await asyncio.gather(*(each.recv() for each in websockets))
    return time.perf_counter() - started


class Audience:
    """Members of a group, who count what they are told.

    Args:
        websockets: Their connections.
    """

    def __init__(self, websockets: list[ClientConnection]) -> None:
        self.websockets = websockets
        self.counts = [0] * len(websockets)
        self.told = 0
        self.wanted = 0
        self.reached = asyncio.Event()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Have them listen for the time of a with statement."""
        tasks = [
            asyncio.create_task(self.listen(number))
            for number in range(len(self.websockets))
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def listen(self, number: int) -> None:
        """Count what one of them is told."""
        with contextlib.suppress(ConnectionClosed):
            async for _ in self.websockets[number]:
                self.counts[number] += 1
                self.told += 1
                if self.told >= self.wanted:
                    self.reached.set()

    async def tell(self, text: str) -> None:
        """Have the first of them tell all, and return when all are told."""
        self.wanted = self.told + len(self.websockets)
        self.reached.clear()
        await self.websockets[0].send(text)
        async with asyncio.timeout(PATIENCE):
            await self.reached.wait()

    async def silence(self, seconds: float) -> None:
        """Return when nobody has been told anything for some time."""
        before = -1
        while before != self.told:
            before = self.told
            await asyncio.sleep(seconds)
