"""Consumers with coroutines as handlers: all run on the event loop."""

import asyncio
import json

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from channels.generic.websocket import (
    AsyncJsonWebsocketConsumer,
    AsyncWebsocketConsumer,
)
from django.conf import settings

from .calculator import Refused, calculate, decode
from .scope import summary

LONGEST_COUNTDOWN = 10
BAD_START = 4400  # close code
GOODBYE = 4123  # close code


class EchoConsumer(AsyncConsumer):
    """Sends back what it is given, with the ASGI events written out."""

    async def websocket_connect(self, event):
        """Handle websocket.connect: accept."""
        await self.send({"type": "websocket.accept"})

    async def websocket_receive(self, event):
        """Handle websocket.receive: send the same text or bytes back."""
        await self.send({**event, "type": "websocket.send"})

    async def websocket_disconnect(self, event):
        """Handle websocket.disconnect: end this consumer."""
        raise StopConsumer


class CountdownConsumer(AsyncConsumer):
    """Counts down to 0, one number per tick, and closes."""

    async def websocket_connect(self, event):
        """Handle websocket.connect: accept, count, close."""
        await self.send({"type": "websocket.accept"})
        start = self.scope["url_route"]["kwargs"]["start"]
        if not 1 <= start <= LONGEST_COUNTDOWN:
            await self.send({"type": "websocket.close", "code": BAD_START})
            raise StopConsumer
        for number in range(start, -1, -1):
            await self.send({"type": "websocket.send", "text": str(number)})
            await asyncio.sleep(settings.TICK)
        await self.send({"type": "websocket.close", "code": 1000})
        raise StopConsumer


class ScopeConsumer(AsyncConsumer):
    """Sends what it knows of its connection, as one JSON text."""

    async def websocket_connect(self, event):
        """Handle websocket.connect: accept, and send a summary of the scope."""
        await self.send({"type": "websocket.accept"})
        text = json.dumps(summary(self.scope))
        await self.send({"type": "websocket.send", "text": text})

    async def websocket_receive(self, event):
        """Handle websocket.receive: nothing is expected, ignore it."""

    async def websocket_disconnect(self, event):
        """Handle websocket.disconnect: end this consumer."""
        raise StopConsumer


class TextConsumer(AsyncWebsocketConsumer):
    """The echo once more: the generic consumer knows the ASGI events."""

    async def connect(self):
        """Handle websocket.connect: accept, with our subprotocol if it is offered."""
        offered = self.scope["subprotocols"]
        await self.accept("echo.v1" if "echo.v1" in offered else None)

    async def receive(self, text_data=None, bytes_data=None):
        """Handle websocket.receive: echo, or close at the word bye."""
        if text_data == "bye":
            await self.close(GOODBYE)
            raise StopConsumer
        await self.send(text_data, bytes_data)


class CalculatorConsumer(AsyncJsonWebsocketConsumer):
    """Answers a request in JSON with a result or an error."""

    async def receive(self, text_data=None, bytes_data=None):
        """Handle websocket.receive: answer, also to what is wrong, and live on."""
        try:
            if not text_data:
                raise Refused("a request is JSON in a text frame, this one has no text")
            await super().receive(text_data)
        except Refused as refusal:
            await self.send_json({"error": str(refusal)})

    async def receive_json(self, content):
        """Handle websocket.receive, decoded: calculate."""
        await self.send_json({"result": calculate(content)})

    @classmethod
    async def decode_json(cls, text_data):
        """Decode as strictly as the calculator wants it."""
        return decode(text_data)
