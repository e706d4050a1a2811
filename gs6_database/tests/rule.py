"""A client that keeps the client's rule, as the page does: it misses nothing, shows all
in order, and repeats what is not acknowledged.
"""

import asyncio
import contextlib
import json
from collections import Counter, deque

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

HEARTBEAT = 0.5  # seconds; the page's is 15
PATIENCE = 0.1  # seconds that a missing message may take; the page's is 0.3
PAUSE = 0.1  # seconds, between two tries to connect


class RuleClient:
    """A user who has something to say, in one room, wherever a server answers.

    doors are functions that return where and how to knock.
    """

    websocket = None

    def __init__(self, name, doors, random):
        self.name = name
        self.doors, self.random = doors, random
        self.outbox = deque()
        self.acks = {}  # by client_id
        self.shown = []
        self.last = 0
        self.held = {}
        self.gap = None
        self.sent = False  # whether the head of the outbox waits for its ack
        self.did = Counter()
        self.changed = asyncio.Condition()

    async def write(self, client_ids, seconds):
        """Write messages at random moments, in so many seconds, until all are sent.

        client_ids are the names of the messages; their texts are their numbers.
        """
        for number, client_id in enumerate(client_ids):
            await asyncio.sleep(2 * self.random.random() * seconds / len(client_ids))
            self.outbox.append((number, client_id))
            await self.flush()
        await self.until(lambda: not self.outbox)

    async def until(self, holds):
        """Wait until something is so."""
        async with self.changed:
            await self.changed.wait_for(holds)

    async def run(self):
        """Connect, again and again."""
        while True:
            path, address, headers = self.random.choice(self.doors)()
            url = f"ws://{address}{path}?after={self.last}"
            with contextlib.suppress(ConnectionClosed, InvalidHandshake, OSError):
                async with connect(
                    url, proxy=None, open_timeout=5, additional_headers=headers
                ) as self.websocket:
                    self.did["connections"] += 1
                    await self.live()
            # The page waits longer each time; here there is little time.
            await asyncio.sleep(PAUSE * (0.5 + self.random.random()))

    async def live(self):
        """Do what is to be done while the connection is open."""
        self.sent = False  # whatever was: it is repeated
        self.synced = True
        beating = asyncio.create_task(self.beat())
        try:
            async for text in self.websocket:
                frame = json.loads(text)
                await getattr(self, f"on_{frame['type']}", self.ignore)(frame)
                async with self.changed:
                    self.changed.notify_all()
        finally:
            beating.cancel()
            self.cancel_gap()

    async def ignore(self, frame):
        """Ignore a frame."""

    async def on_welcome(self, frame):
        """Begin to send."""
        await self.flush()

    async def on_chat_message(self, frame):
        """Show a message if it is the next, hold it if it comes too early."""
        self.did["live"] += 1
        self.did["too early"] += frame["seq"] > self.last + 1
        self.did["again"] += frame["seq"] <= self.last
        self.held[frame["seq"]] = frame
        self.show_held()

    async def on_history(self, frame):
        """Show what was missing."""
        self.synced = True
        for message in frame["messages"]:
            if message["seq"] > self.last:
                self.did["caught up"] += 1
                self.show(message)
        self.last = max(self.last, frame["upto"])
        self.show_held()
        if frame["more"]:
            await self.sync()

    async def on_ack(self, frame):
        """Take a message out of the outbox, and send the next."""
        self.acks[frame["client_id"]] = frame["seq"]
        if self.outbox and self.outbox[0][1] == frame["client_id"]:
            self.outbox.popleft()
            self.sent = False
        await self.flush()

    async def on_error(self, frame):
        """Fail: nothing that is sent here is wrong."""
        raise AssertionError(frame)

    def show(self, message):
        """Show a message."""
        assert message["seq"] == self.last + 1, f"{self.last}, then {message}"
        self.last = message["seq"]
        self.shown.append((message["seq"], message["user"], message["message"]))

    def show_held(self):
        """Show what is next, of what came too early."""
        while self.last + 1 in self.held:
            self.show(self.held[self.last + 1])
        self.held = {seq: m for seq, m in self.held.items() if seq > self.last}
        self.cancel_gap()
        if self.held:
            loop = asyncio.get_running_loop()
            wait = PATIENCE * (1 + self.random.random())
            self.gap = loop.call_later(wait, lambda: loop.create_task(self.sync()))

    def cancel_gap(self):
        """Wait for nothing that is missing."""
        if self.gap:
            self.gap.cancel()
            self.gap = None

    async def flush(self):
        """Send the head of the outbox, if nothing is on its way."""
        if self.outbox and self.websocket and not self.sent:
            number, client_id = self.outbox[0]
            self.sent = True
            self.did["sent"] += 1
            await self.say({"message": str(number), "client_id": client_id})

    async def sync(self):
        """Ask for what is missing, if an answer is not on its way."""
        if self.synced:
            self.synced = False
            self.did["syncs"] += 1
            await self.say({"type": "sync", "after": self.last})

    async def beat(self):
        """Ask from time to time, for what nobody hears of."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            await self.sync()

    async def say(self, frame):
        """Send a frame, if there is still a connection."""
        with contextlib.suppress(ConnectionClosed):
            await self.websocket.send(json.dumps(frame))
