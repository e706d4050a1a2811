"""Two ways in for clients without cookies, beside tickets: what each of them takes."""

import asyncio

from channels.generic.websocket import (
    AsyncJsonWebsocketConsumer,
    AsyncWebsocketConsumer,
)

PATIENCE = 0.2  # seconds
USERS = {"good-token": "alice"}  # whose token it is: a database, in earnest
LOGIN_OVER = 4401  # close code


class FirstMessage(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Accepts everybody, and goes by the first message: it is the token."""

    user = ""

    async def connect(self) -> None:
        """Handle websocket.connect: accept, and wait for a while."""
        await self.accept()
        self.deadline = asyncio.create_task(self.give_up())

    async def give_up(self) -> None:
        """Close the connection of whoever has not said who it is."""
        await asyncio.sleep(PATIENCE)
        await self.close(LOGIN_OVER)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        """Handle websocket.receive: the first message, and the others."""
        if self.user:
            await self.send(self.user)
        elif user := USERS.get(text_data or ""):
            self.deadline.cancel()
            self.user = user
        else:
            self.deadline.cancel()
            await self.close(LOGIN_OVER)

    async def disconnect(self, code: int) -> None:
        """Handle websocket.disconnect."""
        self.deadline.cancel()


class Subprotocol(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """Goes by a token among the subprotocols, and chooses the other one."""

    async def connect(self) -> None:
        """Handle websocket.connect: accept whoever has a token."""
        offered = self.scope["subprotocols"]
        user = next((USERS[each] for each in offered if each in USERS), None)
        if user is None:
            await self.close()
            return
        await self.accept("chat.v1")
        await self.send_json({"user": user})
