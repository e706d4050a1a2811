"""The application without a server."""

import json

import pytest
from channels.testing import WebsocketCommunicator
from processes import TIMEOUT


class Client(WebsocketCommunicator):
    """A client of the application, without server and socket.

    WebsocketCommunicator is quick, and it is not the wire: it knows no limits of size,
    sends no Origin, and shows a close code even where a browser would see HTTP 403.
    What does not arrive in time is a failed assertion here, not a TimeoutError; and the
    application has been cancelled then, so the connection is of no more use. To assert
    silence, use receive_nothing, which cancels nothing.
    """

    async def next_event(self):
        """Return the next ASGI event that the application sends."""
        try:
            return await self.receive_output(TIMEOUT)
        except TimeoutError:
            pytest.fail(f"the application sent nothing for {TIMEOUT} s")

    async def next_message(self):
        """Return the next text or bytes."""
        event = await self.next_event()
        assert event["type"] == "websocket.send", event
        return event["bytes"] if event.get("text") is None else event["text"]

    async def next_json(self):
        """Return the next text, decoded."""
        return json.loads(await self.next_message())

    async def close_code(self):
        """Return the code that the application closes with, which must be next."""
        event = await self.next_event()
        assert event["type"] == "websocket.close", event
        return event["code"]
