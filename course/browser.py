"""The browsers of a story: they connect, send, expect and close."""

import asyncio
import json
from typing import Any

from websockets.asyncio.client import ClientConnection

from course.errors import ExpectationFailed
from course.lane import PATIENCE
from course.opening import OpeningBrowser
from course.wire.brief import brief_value, read_object
from course.wire.row import Row

LOST = 1006  # the code of a connection that ended without one


class Browser(OpeningBrowser):
    """One client of the story; it has one WebSocket at a time."""

    async def send(self, message: str | bytes) -> None:
        """Send one message, and wait until its handler has started."""
        row = await self.seen("websocket.receive", self.show(message), up=True)
        await self.open_websocket().send(message)
        await self.both_ends(row)

    async def send_ahead(self, *messages: str) -> None:
        """Send messages without waiting for their handlers: the server's ends of them
        get rows of their own."""
        for message in messages:
            type = "websocket.receive"
            await self.story.timeline.seen_apart(self.port, type, self.show(message))
            await self.open_websocket().send(message)

    async def expect_json(self, key: str) -> None:
        """Wait for the next message, which must be a JSON object with just this key."""
        got = await self.next_message(f"a {key}")
        if list(json.loads(got)) != [key]:
            raise ExpectationFailed(
                f"{self.name} got {self.show(got)}, expected {key}."
            )

    async def expect(self, message: str | bytes) -> None:
        """Wait for the next message, which must be this one."""
        got = await self.next_message(self.show(message))
        if got != message:
            raise ExpectationFailed(
                f"{self.name} got {self.show(got)}, not {self.show(message)}."
            )

    async def speak(self, text: str, client_id: str = "") -> None:
        """Send a message to the room, as the chat's page does.

        Args:
            text: The message.
            client_id: The name that the client gives it; "" for none. Of those that
                client_id() makes the number is shown.
        """
        name = {"client_id": client_id} if client_id else {}
        await self.send(json.dumps({"message": text, **name}))

    async def expect_type(self, type: str, **values: Any) -> None:
        """Wait for the next message, which must be a JSON object of this type.

        Args:
            type: The value of its key "type".
            values: Other keys, with their values. It may have more.
        """
        await self.expect_in_any_order({"type": type, **values})

    async def expect_in_any_order(self, *expected: dict[str, Any]) -> None:
        """Wait for so many messages, whose order nobody promises.

        Args:
            expected: JSON objects. What arrives may have more keys.
        """
        arrived = [await self.arrival(brief_value(each)) for each in expected]
        for each in expected:
            for got, row in arrived:
                if each.items() <= read_object(str(got)).items():
                    arrived = [other for other in arrived if other[1] is not row]
                    self.look_at(row)
                    break
            else:
                others = ", ".join(self.show(got) for got, _ in arrived)
                said = f"{self.name} got {others}, not {brief_value(each)}."
                raise ExpectationFailed(said)

    async def next_message(self, expected: str) -> str | bytes:
        """Return the next message, with both its ends known."""
        message, row = await self.arrival(expected)
        self.look_at(row)
        return message

    async def arrival(self, expected: str) -> tuple[str | bytes, Row]:
        """Return the next message and its row, once both its ends are known."""
        try:
            async with asyncio.timeout(PATIENCE):
                message, row = await self.arrived.get()
        except TimeoutError:
            said = f"{self.name} waited in vain for {expected}."
            raise ExpectationFailed(said) from None
        await self.completed(row)
        return message, row

    async def expect_close(self, code: int) -> None:
        """Wait until the server closes, which must be with this code and come next."""
        got = await self.close_code(f"{self.name} was not closed, expected {code}.")
        if self.ending is not None:
            self.look_at(self.ending)
        self.expect_nothing()
        if got != code:
            raise ExpectationFailed(f"{self.name} was closed with {got}, not {code}.")

    async def expect_lost(self) -> None:
        """Wait until the connection breaks without a close frame, which must come next
        (code 1006 of RFC 6455, section 7.1.5): its server was killed."""
        code = await self.close_code(f"{self.name}'s connection did not break.")
        if code != LOST:
            raise ExpectationFailed(f"{self.name} was closed with {code}, not lost.")
        text = f"lost: {code}"
        self.look_at(await self.story.timeline.lost(self.port, self.server, text))
        self.expect_nothing()

    async def close_code(self, otherwise: str) -> int | None:
        """Wait until the connection has ended, and all that came before has been read.

        Args:
            otherwise: What to say if it does not end in time.

        Returns:
            Its close code.
        """
        websocket = self.open_websocket()
        try:
            async with asyncio.timeout(PATIENCE):
                await websocket.wait_closed()
        except TimeoutError:
            raise ExpectationFailed(otherwise) from None
        if self.reader is not None:
            await self.reader
        return websocket.close_code

    async def close(self, code: int = 1000) -> None:
        """Close the WebSocket, and wait until the application is done with it."""
        row = await self.seen("websocket.disconnect", f"close {code}", up=True)
        await self.open_websocket().close(code)
        if self.reader is not None:
            await self.reader
        await self.both_ends(row)
        await self.over()

    async def hears(self, type: str, times: int = 1) -> None:
        """Wait until the layer has given its handlers an event, whatever they do then.

        Args:
            type: The event's type, such as "user.leave".
            times: How often, since it connected.
        """
        try:
            row = await self.story.timeline.given(self.port, type, times, PATIENCE)
        except TimeoutError:
            raise ExpectationFailed(f"{self.name} was never given {type}.") from None
        self.look_at(row)

    def expect_nothing(self) -> None:
        """Make sure that nothing arrived that was not expected.

        After a close this is certain: no message can follow the closing handshake.
        """
        if not self.arrived.empty():
            message, _ = self.arrived.get_nowait()
            raise ExpectationFailed(
                f"{self.name} got {self.show(message)}, unexpected."
            )

    def open_websocket(self) -> ClientConnection:
        """Return the open WebSocket."""
        if self.websocket is None:
            raise ExpectationFailed(f"{self.name} has not connected.")
        return self.websocket

    async def leave(self) -> None:
        """Drop what is still open at the end of the story."""
        if self.websocket is not None:
            await self.websocket.close()
        if self.reader is not None:
            await self.reader
