"""The application without a server."""

import json

import pytest
from channels.testing import WebsocketCommunicator
from frames import STORED, unnumbered
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

    async def next_frame(self, **wanted):
        """Return the next frame that holds all of this, and pass over others."""
        while True:
            frame = json.loads(await self.next_message())
            if wanted.items() <= frame.items():
                return frame

    async def next_json(self):
        """Return the next frame that is not of the database alone, without numbers."""
        while (frame := await self.next_frame()).get("type") in STORED:
            pass
        return unnumbered(frame)

    async def wait_for(self, **wanted):
        """Return the next frame that holds all of this, without numbers."""
        return unnumbered(await self.next_frame(**wanted))

    async def close_code(self):
        """Return the code that the connection is closed with, whatever comes before."""
        while True:
            event = await self.next_event()
            if event["type"] == "websocket.close":
                return event["code"]

    async def ask(self, **frame):
        """Send a frame of any kind."""
        await self.send_to(json.dumps(frame))

    async def say(self, message, **more):
        """Send a chat message."""
        await self.ask(message=message, **more)
