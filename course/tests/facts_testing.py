"""A suite of tests with the mistakes that suites of Channels code have, and settings.

test_facts_testing.py runs it, and says what comes of each. It is not collected itself.
"""

import threading
from secrets import token_hex
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.testing import WebsocketCommunicator
from django.test import TestCase

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = ["django.contrib.contenttypes"]
SECRET_KEY = "for-tests-only-and-public"


async def rows() -> Any:
    """Return the rows that tests have written."""
    from django.contrib.contenttypes.models import ContentType

    return ContentType.objects.filter(app_label="facts")


async def write() -> None:
    """Write a row, with Django's asynchronous ORM."""
    await (await rows()).acreate(app_label="facts", model=token_hex())


async def count() -> int:
    """Return how many rows there are."""
    number: int = await (await rows()).acount()
    return number


async def thread() -> threading.Thread:
    """Return the database thread."""
    return await sync_to_async(threading.current_thread)()


async def connect_and_disconnect() -> None:
    """Have a consumer come and go that knows nothing of a database."""
    client = WebsocketCommunicator(AsyncWebsocketConsumer.as_asgi(), "/")
    assert (await client.connect())[0]
    await client.disconnect()


class Case(TestCase):  # type: ignore[misc]  # Django has no types
    """Django's own kind of test."""

    async def test_1_writes(self) -> None:
        """Write, in the one thread that there is."""
        assert await thread() is threading.main_thread()
        await write()

    async def test_2_finds_nothing(self) -> None:
        """Find the database as it was."""
        assert await count() == 0


@pytest.mark.django_db
async def test_writes_in_another_thread() -> None:
    """Write where the test's transaction is not."""
    assert await thread() is not threading.main_thread()
    await write()


@pytest.mark.django_db
async def test_finds_what_another_test_wrote() -> None:
    """Expect an empty database."""
    assert await count() == 0


@pytest.mark.django_db(transaction=True)
async def test_writes_and_is_emptied() -> None:
    """Write, in a database that is emptied afterwards."""
    await write()


@pytest.mark.django_db(transaction=True)
async def test_finds_an_empty_database() -> None:
    """Expect an empty database."""
    assert await count() == 0


@pytest.mark.django_db(transaction=True)
async def test_disconnects_with_a_mark() -> None:
    """Use no database, but be marked."""
    await connect_and_disconnect()


async def test_disconnects_without_a_mark() -> None:
    """Use no database, and need no mark, one would think."""
    await connect_and_disconnect()


async def test_disconnects_without_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use no database, and have Channels close no connection."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda **kwargs: None)
    await connect_and_disconnect()


async def test_forgets_an_await() -> None:
    """Call a coroutine function, and no more."""
    connect_and_disconnect()  # type: ignore[unused-coroutine]
