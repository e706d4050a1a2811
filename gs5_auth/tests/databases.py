"""Fixtures: the tests' database, and what it is asked."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.db import connections
from django.db.backends.utils import CursorWrapper


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """Have the test database in a file: the servers use it too."""
    path = tmp_path_factory.mktemp("database") / "test.sqlite3"
    connections.settings["default"].setdefault("TEST", {})["NAME"] = str(path)


@pytest.fixture(scope="session", autouse=True)
def database(request):
    """Make the test database before any server starts, which is told its name."""
    if apps.is_installed("django.contrib.auth"):
        request.getfixturevalue("django_db_setup")


@pytest.fixture(autouse=True)
def close_connections():
    """Close what the thread of the consumers has opened."""
    yield
    asyncio.run(sync_to_async(connections.close_all)())


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
