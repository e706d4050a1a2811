"""The wire around a database: which statements a stage's code runs."""

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connections, transaction
from django.db.backends.signals import connection_created
from django.db.utils import ConnectionHandler

from course.wire.asgi import Connection, current
from course.wire.events import Event
from course.wire.nobody import of_nobody
from course.wire.sql import trace_sql

CLIENT = 7  # a TCP port
ALICE = cast(Connection, SimpleNamespace(client=CLIENT))
WIRE = "wire"  # the name of the database
UPDATE = "UPDATE chat_room SET seq = seq + 1"


@pytest.fixture
def events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Event]]:
    """What is reported of a database with two tables, after they were made."""
    if not settings.configured:
        settings.configure()
    sqlite = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": tmp_path / "db.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
    known = ConnectionHandler({"default": {}, WIRE: sqlite}).settings
    monkeypatch.setattr(connections, "settings", known)
    monkeypatch.setattr(apps, "ready", True)
    monkeypatch.setattr(connection_created, "receivers", [])
    reported: list[Event] = []
    trace_sql(reported.append)
    run("CREATE TABLE chat_room (id integer PRIMARY KEY, seq integer)")
    run("CREATE TABLE django_session (id integer)")
    run("INSERT INTO chat_room VALUES (1, 0)")
    reported.clear()
    yield reported
    connections[WIRE].close()
    del connections[WIRE]


def run(sql: str) -> None:
    """Run a statement on the database of this thread."""
    with connections[WIRE].cursor() as cursor:
        cursor.execute(sql)


def told(events: list[Event]) -> list[tuple[str, int]]:
    """Return what is shown, and the number of the transaction within those told."""
    numbers = sorted({event.transaction for event in events} | {0})
    assert {event.lane for event in events} <= {"sql"}
    return [(event.text, numbers.index(event.transaction)) for event in events]


def test_a_transaction_is_reported_with_its_frame(events: list[Event]) -> None:
    """BEGIN, each statement, and COMMIT or ROLLBACK; outside of one there are none."""
    with transaction.atomic(using=WIRE):
        run(UPDATE)
    run("SELECT * FROM chat_room")
    with pytest.raises(KeyError), transaction.atomic(using=WIRE):
        run("DELETE FROM chat_room")
        raise KeyError
    assert told(events) == [
        ("BEGIN", 1),
        ("UPDATE room: seq + 1", 1),
        ("COMMIT", 1),
        ("SELECT room", 0),
        ("BEGIN", 2),
        ("DELETE room", 2),
        ("ROLLBACK", 2),
    ]


def test_an_error_of_the_database_is_reported(events: list[Event]) -> None:
    """It stands after its statement; the stage gets the error."""
    with pytest.raises(IntegrityError):
        run("INSERT INTO chat_room VALUES (1, 0)")
    assert [(event.kind, event.text) for event in events] == [
        ("up", "INSERT 1 room"),
        ("down", "IntegrityError"),
    ]


def test_statements_of_django_itself_are_not_reported(events: list[Event]) -> None:
    """They are no matter of the lesson."""
    run("INSERT INTO django_session VALUES (1)")
    run("SELECT * FROM django_session")
    assert events == []


def test_a_connection_that_connects_again_is_reported_once(
    events: list[Event],
) -> None:
    """Django connects again after each request, with the same object."""
    connections[WIRE].close()
    run(UPDATE)
    assert told(events) == [("UPDATE room: seq + 1", 0)]


async def test_a_statement_in_a_thread_belongs_to_who_waits_for_it(
    events: list[Event],
) -> None:
    """The context follows into the thread; without a connection there is no client."""

    def update() -> None:
        with closing(connections[WIRE]):
            run(UPDATE)

    update_in_a_thread = sync_to_async(update, thread_sensitive=False)
    await update_in_a_thread()
    token = current.set(ALICE)
    await update_in_a_thread()
    current.reset(token)
    assert [event.client for event in events] == [0, CLIENT]


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module of a stage, with functions that say whose they are."""
    module = ModuleType("writer")

    class Writer:
        async def write(self) -> Connection | None:
            return current.get()

    def save() -> Connection | None:
        return current.get()

    vars(module).update(Writer=Writer, save=save)
    monkeypatch.setitem(sys.modules, "writer", module)
    return module


async def test_what_is_done_for_all_is_nobodys(writer: Any) -> None:
    """Whoever called it, in a task or in a thread; the caller stays who it is."""
    token = current.set(ALICE)
    assert await writer.Writer().write() is writer.save() is ALICE
    of_nobody("writer.Writer.write")
    of_nobody("writer.save")
    assert await writer.Writer().write() is writer.save() is None
    assert current.get() is ALICE
    current.reset(token)
