"""What tests of Channels code show, hide and trip over: each test is a fact."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings

from course.environment import ROOT
from course.suite import Case, Suite

SETTINGS = "course.tests.facts_testing"
MIB = 2**20  # bytes
COUNT = "UPDATE room SET seq = seq + 1 RETURNING seq"
SOON, LATER = 0.05, 5  # seconds
Cases = dict[str, Case]
Event = dict[str, Any]

if not settings.configured:
    settings.configure()


class Echo(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
    """Accepts and echoes."""

    async def websocket_connect(self, event: Event) -> None:
        """Handle websocket.connect: accept."""
        await self.send({"type": "websocket.accept"})

    async def websocket_receive(self, event: Event) -> None:
        """Handle websocket.receive: echo."""
        await self.send({**event, "type": "websocket.send"})


async def enter() -> WebsocketCommunicator:
    """Return a communicator whose connection is accepted."""
    client = WebsocketCommunicator(Echo.as_asgi(), "/")
    assert (await client.connect(LATER))[0]
    return client


@pytest.fixture(scope="module")
def suite() -> Cases:
    """The outcomes of facts_testing.py, run by pytest in a process of its own."""
    module = f"{SETTINGS.replace('.', '/')}.py"
    run = Suite("facts", ROOT, (f"--ds={SETTINGS}", "--noconftest", module)).run()
    cases = {case.name.split("::")[-1]: case for case in run.cases}
    assert len(cases) == 10, run.output
    return cases


async def test_a_communicator_knows_no_limit_of_size() -> None:
    """A message passes that Daphne would end the connection for."""
    client = await enter()
    await client.send_to("x" * (MIB + 1))
    assert len(await client.receive_from(LATER)) == MIB + 1


async def test_a_communicator_sends_no_headers_of_its_own() -> None:
    """No Origin, no cookie; and in its scope there is no client address."""
    scope = WebsocketCommunicator(Echo.as_asgi(), "/").scope
    assert scope["headers"] == []
    assert "client" not in scope


async def test_a_scope_can_be_changed_before_connect() -> None:
    """What a middleware would put there, such as a user, can be put there by hand."""

    async def tell(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.close", "code": scope["user"]})

    client = WebsocketCommunicator(tell, "/")
    client.scope["user"] = 4001
    assert await client.connect(LATER) == (False, 4001)


async def test_receive_nothing_ends_nothing() -> None:
    """It looks whether anything has come, and the connection goes on."""
    client = await enter()
    assert await client.receive_nothing(SOON)
    await client.send_to("are you there?")
    assert await client.receive_from(LATER) == "are you there?"


async def test_database_sync_to_async_closes_old_connections_before_and_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Around each call, which sync_to_async does not."""
    did: list[str] = []
    monkeypatch.setattr("channels.db.close_old_connections", lambda: did.append("old"))
    await sync_to_async(did.append)("call")
    await database_sync_to_async(did.append)("call")
    assert did == ["call", "old", "call", "old"]


def test_without_a_transaction_rows_leak_into_the_next_test(suite: Cases) -> None:
    """Under django_db alone the ORM's thread writes outside the test's transaction."""
    assert suite["test_writes_in_another_thread"].outcome == "passed"
    assert suite["test_finds_what_another_test_wrote"].outcome == "failed"


def test_with_a_transaction_no_row_leaks(suite: Cases) -> None:
    """Under django_db(transaction=True) the database is emptied after each test."""
    assert suite["test_writes_and_is_emptied"].outcome == "passed"
    assert suite["test_finds_an_empty_database"].outcome == "passed"


def test_djangos_test_case_leaks_no_row(suite: Cases) -> None:
    """Its async methods use the ORM in the main thread, where the transaction is."""
    assert suite["test_1_writes"].outcome == "passed"
    assert suite["test_2_finds_nothing"].outcome == "passed"


def test_disconnect_closes_connections_and_may_not(suite: Cases) -> None:
    """A consumer test without a mark fails if another has used the database before."""
    case = suite["test_disconnects_without_a_mark"]
    assert case.message.startswith("RuntimeError: Database access not allowed")


@pytest.mark.parametrize("cure", ["with_a_mark", "without_closing"])
def test_either_cure_lets_it_disconnect(suite: Cases, cure: str) -> None:
    """The mark django_db(transaction=True), or Channels' closing taken out."""
    assert suite[f"test_disconnects_{cure}"].outcome == "passed"


def test_a_forgotten_await_fails_where_warnings_are_errors(suite: Cases) -> None:
    """It would pass otherwise, and have tested nothing."""
    assert "Unraisable" in suite["test_forgets_an_await"].message


@pytest.fixture
def two(tmp_path: Path) -> Iterator[list[sqlite3.Connection]]:
    """Two connections to one SQLite database, which wait long for each other."""
    path = tmp_path / "db.sqlite3"
    connections = [
        sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
        for _ in range(2)
    ]
    connections[0].execute("PRAGMA journal_mode = WAL")
    connections[0].execute("CREATE TABLE room (seq)")
    connections[0].execute("INSERT INTO room VALUES (0)")
    yield connections
    for connection in connections:
        connection.close()


def test_of_two_that_have_read_one_cannot_write_in_sqlite(
    two: list[sqlite3.Connection],
) -> None:
    """The database is locked, at once, however long it would wait."""
    for connection in two:
        connection.execute("BEGIN")
        connection.execute("SELECT seq FROM room").fetchall()
    one, other = two
    one.execute(COUNT).fetchall()
    one.execute("COMMIT")
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        other.execute(COUNT)


def test_transactions_that_lock_first_wait_for_each_other(
    two: list[sqlite3.Connection],
) -> None:
    """After BEGIN IMMEDIATE nobody else begins, and nothing that was read is old."""
    one, other = two
    counted: list[Any] = []

    def count() -> None:
        other.execute("BEGIN IMMEDIATE")
        counted.extend(other.execute(COUNT).fetchall())
        other.execute("COMMIT")

    one.execute("BEGIN IMMEDIATE")
    thread = threading.Thread(target=count)
    thread.start()
    thread.join(SOON)
    assert not counted
    counted.extend(one.execute(COUNT).fetchall())
    one.execute("COMMIT")
    thread.join(LATER)
    assert counted == [(1,), (2,)]
