"""Consumers that write rows: python -m course.bench.writing.

It runs in the folder of stage 6, with its settings, models and writer. The consumers
have no server: their clients are here, and send a message as soon as the one before it
is answered.
"""

import asyncio
import contextlib
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from asgiref.sync import sync_to_async

from course.bench.control import Line
from course.bench.loopback import write


def set_up() -> None:
    """Load Django with the settings of the stage in the working directory."""
    sys.path.insert(0, os.getcwd())
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()


def prepare() -> dict[str, Any]:
    """Make the tables of the chat, with a user and a room in them."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection

    from chat.models import Room  # type: ignore[import-not-found]

    for app in ("auth", "chat"):
        call_command("migrate", app, verbosity=0)
    User.objects.create(username="alice")
    Room.objects.create(name="red")
    connection.close()
    return {}


@contextlib.contextmanager
def changed(options: dict[str, Any]) -> Iterator[None]:
    """Have other settings of the database for the time of a with statement.

    Args:
        options: What is changed of them.
    """
    from django.db import connections

    before = connections.settings["default"]

    def use(settings: dict[str, Any]) -> None:
        connections.settings["default"] = settings
        for thread in (lambda use: use(), asyncio_thread):
            thread(forget)

    def forget() -> None:
        connections["default"].close()
        del connections["default"]

    def asyncio_thread(function: Callable[[], None]) -> None:
        asyncio.run(sync_to_async(function)())

    use({**before, **options})
    try:
        yield
    finally:
        use(before)


def empty() -> None:
    """Remove all messages; SQLite without the stage's options is as it comes again."""
    from django.db import connection

    verb = "TRUNCATE" if connection.vendor == "postgresql" else "DELETE FROM"
    with connection.cursor() as cursor:
        cursor.execute(f"{verb} chat_message")
        if connection.vendor == "sqlite" and not connection.settings_dict["OPTIONS"]:
            # The mode is the file's: what another round has set would stay.
            cursor.execute("PRAGMA journal_mode = DELETE")
            (mode,) = cursor.fetchone()
            assert mode == "delete"


def consumers() -> dict[str, Any]:
    """Return an application for each way to write, by name.

    Each has what those who write share: the room, its author, and its writer.
    """
    from channels.consumer import AsyncConsumer
    from channels.db import database_sync_to_async
    from django.contrib.auth.models import User

    from chat.models import Message, Room
    from chat.store import Writer  # type: ignore[import-not-found]

    room, author = Room.objects.get(), User.objects.get()
    writer = Writer(room.pk, f"room.{room.name}")
    numbers = iter(range(1, sys.maxsize))

    def numbered(text: str) -> dict[str, Any]:
        return {"room_id": room.pk, "seq": next(numbers), **draft(text)}

    def draft(text: str) -> dict[str, Any]:
        who = {"author_id": author.pk, "name": author.get_username()}
        return {**who, "client_id": uuid.uuid4(), "text": text}

    class Nothing(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
        """Answers, and writes nothing."""

        async def websocket_receive(self, event: dict[str, Any]) -> None:
            """Handle websocket.receive: write, then answer."""
            await self.write(event["text"])
            await self.send({"type": "websocket.send", "text": "written"})

        async def write(self, text: str) -> None:
            """Write a message."""

    class InThread(Nothing):
        """Writes a row in a call of its own of database_sync_to_async."""

        async def write(self, text: str) -> None:
            await database_sync_to_async(Message.objects.create)(**numbered(text))

    class Acreate(Nothing):
        """Writes a row with Django's asynchronous method."""

        async def write(self, text: str) -> None:
            await Message.objects.acreate(**numbered(text))

    class Group(Nothing):
        """Leaves it to the writer of stage 6, which also gives numbers."""

        async def write(self, text: str) -> None:
            await writer.save(draft(text))

    made = {"nothing": Nothing, "thread": InThread, "acreate": Acreate, "group": Group}
    return {name: consumer.as_asgi() for name, consumer in made.items()}


def measure(
    options: dict[str, Any], way: str, writers: int, seconds: float
) -> dict[str, Any]:
    """Measure a way to write, in a table that is empty before.

    Args:
        options: What is changed of the stage's database settings.
        way: The name of one of consumers().
        writers: How many.
        seconds: How long.
    """
    from chat.models import Message

    with changed(options):
        empty()
        found = asyncio.run(write(consumers()[way], writers, seconds))
        return {**found, "rows": Message.objects.count()}


if __name__ == "__main__":
    line = Line()
    set_up()
    line.say(**prepare())
    line.answer(measure)
