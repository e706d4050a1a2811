"""Consumers with a task of their own, beside their handlers.

A connection's events are handled one after the other: a handler that loops would never
see the next event. A task runs beside the handlers, and must be ended with them.
"""

import asyncio
import itertools

from channels.exceptions import StopConsumer
from channels.generic.http import AsyncHttpConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils import timezone


async def end(task):
    """Cancel a task and wait until it is over, whatever it ends with."""
    if task is not None:
        task.cancel()
        # It may have failed already: to send to a client that has gone is an error.
        await asyncio.gather(task, return_exceptions=True)


class TickerConsumer(AsyncWebsocketConsumer):
    """Sends a number every tick, by itself, until it is told to stop."""

    task = None

    async def connect(self):
        """Handle websocket.connect: accept, and start the task."""
        await self.accept()
        self.task = asyncio.create_task(self.tick())

    async def receive(self, text_data=None, bytes_data=None):
        """Handle websocket.receive: stop at the word stop, ignore the rest."""
        if text_data == "stop":
            await end(self.task)

    async def disconnect(self, code):
        """Handle websocket.disconnect: leave no task behind."""
        await end(self.task)

    async def tick(self):
        """Send 1, 2, 3 and so on."""
        for number in itertools.count(1):
            await self.send(str(number))
            await asyncio.sleep(settings.TICK)


class ClockConsumer(AsyncHttpConsumer):
    """Sends the time every tick, as Server-Sent Events (WHATWG HTML, section 9.2)."""

    task = None

    async def http_request(self, message):
        """Handle http.request: start the task, and stay free to see the client leave.

        AsyncHttpConsumer would call handle() here and wait for it.
        """
        if message.get("more_body"):
            return
        if self.scope["method"] != "GET":
            await self.send_response(405, b"", headers=[(b"Allow", b"GET")])
            raise StopConsumer
        headers = [
            (b"Content-Type", b"text/event-stream"),
            (b"Cache-Control", b"no-cache"),
        ]
        await self.send_headers(headers=headers)
        self.task = asyncio.create_task(self.tell_the_time())

    async def disconnect(self):
        """Handle http.disconnect: leave no task behind."""
        await end(self.task)

    async def tell_the_time(self):
        """Send an event with the time, and another, and another."""
        for number in itertools.count(1):
            now = timezone.now().isoformat(timespec="milliseconds")
            event = f"id: {number}\ndata: {now}\n\n"
            await self.send_body(event.encode(), more_body=True)
            await asyncio.sleep(settings.TICK)
