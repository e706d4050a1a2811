"""Consumers with plain functions as handlers: each runs in a thread."""

import json
import time

from channels.consumer import SyncConsumer
from channels.exceptions import StopConsumer
from channels.generic.websocket import (
    JsonWebsocketConsumer,
    WebsocketConsumer,
)
from django.conf import settings

from .calculator import Refused, calculate, decode
from .scope import summary

LONGEST_COUNTDOWN = 10
BAD_START = 4400  # close code
GOODBYE = 4123  # close code


class EchoConsumer(SyncConsumer):
    """Sends back what it is given, with the ASGI events written out."""

    def websocket_connect(self, event):
        """Handle websocket.connect: accept."""
        self.send({"type": "websocket.accept"})

    def websocket_receive(self, event):
        """Handle websocket.receive: send the same text or bytes back."""
        self.send({**event, "type": "websocket.send"})

    def websocket_disconnect(self, event):
        """Handle websocket.disconnect: end this consumer."""
        raise StopConsumer


class CountdownConsumer(SyncConsumer):
    """Counts down to 0, one number per tick, and closes."""

    def websocket_connect(self, event):
        """Handle websocket.connect: accept, count, close."""
        self.send({"type": "websocket.accept"})
        start = self.scope["url_route"]["kwargs"]["start"]
        if not 1 <= start <= LONGEST_COUNTDOWN:
            self.send({"type": "websocket.close", "code": BAD_START})
            raise StopConsumer
        for number in range(start, -1, -1):
            self.send({"type": "websocket.send", "text": str(number)})
            time.sleep(settings.TICK)
        self.send({"type": "websocket.close", "code": 1000})
        raise StopConsumer


class ScopeConsumer(SyncConsumer):
    """Sends what it knows of its connection, as one JSON text."""

    def websocket_connect(self, event):
        """Handle websocket.connect: accept, and send a summary of the scope."""
        self.send({"type": "websocket.accept"})
        text = json.dumps(summary(self.scope))
        self.send({"type": "websocket.send", "text": text})

    def websocket_receive(self, event):
        """Handle websocket.receive: nothing is expected, ignore it."""

    def websocket_disconnect(self, event):
        """Handle websocket.disconnect: end this consumer."""
        raise StopConsumer


class TextConsumer(WebsocketConsumer):
    """The echo once more: the generic consumer knows the ASGI events."""

    def connect(self):
        """Handle websocket.connect: accept, with our subprotocol if it is offered."""
        offered = self.scope["subprotocols"]
        self.accept("echo.v1" if "echo.v1" in offered else None)

    def receive(self, text_data=None, bytes_data=None):
        """Handle websocket.receive: echo, or close at the word bye."""
        if text_data == "bye":
            self.close(GOODBYE)
            raise StopConsumer
        self.send(text_data, bytes_data)


class CalculatorConsumer(JsonWebsocketConsumer):
    """Answers a request in JSON with a result or an error."""

    def receive(self, text_data=None, bytes_data=None):
        """Handle websocket.receive: answer, also to what is wrong, and live on."""
        try:
            if not text_data:
                raise Refused("a request is JSON in a text frame, this one has no text")
            super().receive(text_data)
        except Refused as refusal:
            self.send_json({"error": str(refusal)})

    def receive_json(self, content):
        """Handle websocket.receive, decoded: calculate."""
        self.send_json({"result": calculate(content)})

    @classmethod
    def decode_json(cls, text_data):
        """Decode as strictly as the calculator wants it."""
        return decode(text_data)
