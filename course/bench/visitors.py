"""Users who come into rooms of a stage, in the process of the benchmark."""

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from course.bench.client import AT_ONCE, PATIENCE
from course.errors import CourseError

SILENCE = 0.5  # seconds, more than the stage waits to tell news together
LONGEST = 120  # seconds for all to come
PAUSE = 0.2  # seconds between an answer and the next message


class Visitor:
    """A user with one socket in one room.

    Args:
        port: The server's TCP port on 127.0.0.1.
        room: The room's name.
        session_key: That of the user's session; "" where the stage knows none.
    """

    def __init__(self, port: int, room: str, session_key: str) -> None:
        self.url = f"ws://127.0.0.1:{port}/ws/chat/{room}/"
        self.headers = {"Origin": f"http://127.0.0.1:{port}"}
        if session_key:
            self.headers["Cookie"] = f"sessionid={session_key}"
        self.frames = 0
        self.websocket: ClientConnection | None = None
        self.listener: asyncio.Task[None] | None = None

    async def enter(self) -> None:
        """Open the socket, and return once it is welcome."""
        self.websocket = await connect(
            self.url,
            additional_headers=self.headers,
            compression=None,
            ping_interval=None,
            open_timeout=PATIENCE,
            proxy=None,
        )
        await self.websocket.recv()

    async def listen(self) -> None:
        """Count the frames that come, until the socket is closed."""
        assert self.websocket is not None
        with contextlib.suppress(ConnectionClosed):
            async for _ in self.websocket:
                self.frames += 1

    async def leave(self) -> None:
        """Close the socket, if it is open."""
        if self.websocket is not None:
            await self.websocket.close()
        if self.listener is not None:
            await self.listener

    async def say(self) -> int:
        """Say something, and return when it is acknowledged or has come back.

        Returns:
            How often the socket was closed or refused meanwhile: it is opened again a
            second later, and says the same again, like a page.
        """
        text, lost = str(uuid.uuid4()), 0
        while True:
            try:
                if lost:
                    await asyncio.sleep(1)
                    await self.enter()
                await self.say_once(text)
                return lost
            except (ConnectionClosed, InvalidStatus):
                lost += 1

    async def say_once(self, text: str) -> None:
        """Say something on the open socket, and return when it is answered."""
        assert self.websocket is not None
        await self.websocket.send(json.dumps({"message": text, "client_id": text}))
        while True:
            frame = json.loads(await self.websocket.recv())
            if frame["type"] == "error":
                raise CourseError(f"The chat refuses: {frame['message']}.")
            # Stage 6 acknowledges; before, the message comes back to its sender.
            if frame["type"] == "ack" or (
                frame.get("message") == text and "seq" not in frame
            ):
                return


async def come(visitors: list[Visitor]) -> int:
    """Have visitors enter, AT_ONCE at a time, and listen from then on.

    Returns:
        How often one was refused: it has tried again a second later, like a page.

    Raises:
        CourseError: Not all of them have come in time.
    """
    turn = asyncio.Semaphore(AT_ONCE)
    refusals = 0

    async def one(visitor: Visitor) -> None:
        nonlocal refusals
        async with turn:
            while True:
                try:
                    await visitor.enter()
                    break
                except InvalidStatus:
                    refusals += 1
                    await asyncio.sleep(1)
        visitor.listener = asyncio.create_task(visitor.listen())

    try:
        async with asyncio.timeout(LONGEST), asyncio.TaskGroup() as group:
            for visitor in visitors:
                group.create_task(one(visitor))
    except TimeoutError:
        raise CourseError(
            f"Not all have come in {LONGEST} s; {refusals} were refused."
        ) from None
    return refusals


async def quiet(visitors: list[Visitor]) -> None:
    """Return when no visitor has got a frame for some time.

    Raises:
        CourseError: One of them is no longer there.
    """
    before, now = -1, 0
    while before != now:
        await asyncio.sleep(SILENCE)
        before, now = now, sum(each.frames for each in visitors)
    if any(each.listener is not None and each.listener.done() for each in visitors):
        raise CourseError("A socket was closed while others came.")


class Answers:
    """What a speaker has met with.

    Attributes:
        seconds: Until each of the messages was answered.
        lost: How often the socket was closed or refused.
    """

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.lost = 0


@contextlib.asynccontextmanager
async def speaking(speaker: Visitor) -> AsyncIterator[Answers]:
    """Have a visitor speak for the time of a with statement."""
    answers = Answers()
    await speaker.enter()
    await speaker.say()  # to warm up

    async def speak() -> None:
        while True:
            started = time.perf_counter()
            answers.lost += await speaker.say()
            answers.seconds.append(time.perf_counter() - started)
            await asyncio.sleep(PAUSE)

    task = asyncio.create_task(speak())
    try:
        yield answers
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await speaker.leave()
