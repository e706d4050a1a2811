"""The ORM in consumers: Room.objects.get(name=...), and how to write it.

Each consumer here is complete. What differs between them is one line.
"""

import json

import pytest
from asgiref.sync import sync_to_async
from channels.consumer import AsyncConsumer, SyncConsumer
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.core.exceptions import SynchronousOnlyOperation
from processes import TIMEOUT
from storage import fill, models


@pytest.fixture
async def ask(monkeypatch):
    """Have a consumer told the name of a room; return its answer."""
    # It would let everything pass, and the event loop wait for the database.
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)

    async def ask_one(consumer, name="red"):
        await sync_to_async(fill)(3)
        client = WebsocketCommunicator(consumer.as_asgi(), "/")
        await client.send_input({"type": "websocket.receive", "text": name})
        event = await client.receive_output(TIMEOUT)
        await client.wait(TIMEOUT) if client.future.done() else client.stop()
        return json.loads(event["text"])

    return ask_one


class Answer(AsyncConsumer):
    """What the asynchronous consumers share: an answer is JSON."""

    async def answer(self, content):
        """Send an answer."""
        await self.send({"type": "websocket.send", "text": json.dumps(content)})


async def test_a_sync_consumer_asks_directly(ask):
    """Its handlers run in a thread, where one may wait for the database."""
    Room = models().Room

    class Consumer(SyncConsumer):
        def websocket_receive(self, event):
            room = Room.objects.get(name=event["text"])
            self.send({"type": "websocket.send", "text": json.dumps(room.seq)})

    assert await ask(Consumer) == 3


async def test_an_async_consumer_may_not(ask):
    """Its handlers run on the event loop: all connections would wait for the database.
    Django raises SynchronousOnlyOperation.
    """
    Room = models().Room

    class Consumer(Answer):
        async def websocket_receive(self, event):
            try:
                room = Room.objects.get(name=event["text"])
                await self.answer(room.seq)
            except SynchronousOnlyOperation as error:
                await self.answer(str(error))

    assert "You cannot call this from an async context" in await ask(Consumer)


async def test_database_sync_to_async_calls_it_in_a_thread(ask):
    """The method goes in, not its result: get(...) would have been called already."""
    Room = models().Room

    class Consumer(Answer):
        async def websocket_receive(self, event):
            get = database_sync_to_async(Room.objects.get)
            room = await get(name=event["text"])
            await self.answer(room.seq)

    assert await ask(Consumer) == 3


async def test_calling_it_too_early_is_the_same_mistake(ask):
    """database_sync_to_async(Room.objects.get(...)): the query is made before, here."""
    Room = models().Room

    class Consumer(Answer):
        async def websocket_receive(self, event):
            try:
                await database_sync_to_async(Room.objects.get(name=event["text"]))()
            except SynchronousOnlyOperation as error:
                await self.answer(str(error))

    assert "You cannot call this from an async context" in await ask(Consumer)


async def test_a_function_may_do_more_than_one_thing(ask):
    """As a decorator: the whole function runs in the thread, in one visit, and may use
    everything of the ORM, transactions and related objects too.
    """
    Room = models().Room

    class Consumer(Answer):
        async def websocket_receive(self, event):
            await self.answer(await self.last_words(event["text"]))

        @database_sync_to_async
        def last_words(self, name):
            message = Room.objects.get(name=name).messages.latest("seq")
            return [message.author.username, message.text]

    assert await ask(Consumer) == ["alice", "3"]


async def test_djangos_own_way_is_shorter(ask):
    """Room.objects.aget(...): many methods have such a twin."""
    Room = models().Room

    class Consumer(Answer):
        async def websocket_receive(self, event):
            room = await Room.objects.aget(name=event["text"])
            await self.answer(room.seq)

    assert await ask(Consumer) == 3


async def test_what_is_not_there_raises_as_always(ask):
    """DoesNotExist comes out of the thread, and of aget."""
    Room = models().Room

    class Consumer(Answer):
        async def websocket_receive(self, event):
            caught = []
            for get in (database_sync_to_async(Room.objects.get), Room.objects.aget):
                try:
                    await get(name=event["text"])
                except Room.DoesNotExist as error:
                    caught.append(str(error))
            await self.answer(caught)

    assert await ask(Consumer, "green") == 2 * ["Room matching query does not exist."]


async def test_a_queryset_is_not_yet_a_query(ask):
    """The trap: filter() returns at once, and asks nothing. The query is made where
    somebody wants a row, and that is outside of the thread.
    """
    Room = models().Room

    class Consumer(Answer):
        async def websocket_receive(self, event):
            rooms = await database_sync_to_async(Room.objects.filter)(
                name=event["text"]
            )
            try:
                await self.answer([room.seq for room in rooms])
            except SynchronousOnlyOperation as error:
                await self.answer(str(error))

    assert "You cannot call this from an async context" in await ask(Consumer)


async def test_a_queryset_is_read_with_async_for(ask):
    """That makes the query in the thread."""
    Room = models().Room

    class Consumer(Answer):
        async def websocket_receive(self, event):
            rooms = Room.objects.filter(name=event["text"])
            await self.answer([room.seq async for room in rooms])

    assert await ask(Consumer) == [3]


async def test_a_related_object_is_a_query_too(ask):
    """message.author looks like an attribute, and asks the database, unless
    select_related() has brought it along.
    """
    Message = models().Message

    class Consumer(Answer):
        async def websocket_receive(self, event):
            messages = Message.objects.filter(room__name=event["text"])
            try:
                message = await messages.afirst()
                await self.answer(message.author.username)
            except SynchronousOnlyOperation:
                message = await messages.select_related("author").afirst()
                await self.answer(["only then", message.author.username])

    assert await ask(Consumer) == ["only then", "alice"]
