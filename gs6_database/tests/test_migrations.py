"""The tables, and how the database is set up."""

import os
import runpy
import subprocess
import sys
import uuid

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from processes import PROJECT
from storage import database_environment, models

IMPORT = "from chat.models import Message"
# With the models as they were: those of today have more.
FILL = """
from django.db import connection
from django.db.migrations.loader import MigrationLoader

apps = MigrationLoader(connection).project_state(("chat", "0001_initial")).apps
User, Room = apps.get_model("auth", "User"), apps.get_model("chat", "Room")
room = Room.objects.create(name="red", seq=3)
said = [("alice", "one"), ("bob", "two"), ("alice", "three")]
for seq, (name, text) in enumerate(said, 1):
    author, _ = User.objects.get_or_create(username=name)
    apps.get_model("chat", "Message").objects.create(
        room=room, seq=seq, author=author, text=text
    )
"""
SETTINGS = PROJECT / "config" / "settings.py"


@pytest.fixture
def configured(monkeypatch):
    """Read the settings with a DATABASE_URL, or without; return the database's."""

    def read(url=None):
        models()
        monkeypatch.delenv("DATABASE_URL", raising=False)
        if url is not None:
            monkeypatch.setenv("DATABASE_URL", url)
        return runpy.run_path(str(SETTINGS))["DATABASES"]["default"]

    return read


@pytest.fixture
def empty_database(tmp_path):
    """The environment of a database without tables, of the kind that the tests use."""
    if connection.vendor == "sqlite":
        yield {"DATABASE_URL": f"sqlite:///{(tmp_path / 'new.sqlite3').as_posix()}"}
        return
    name = f"empty_{uuid.uuid4().hex}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    ours = connection.settings_dict["NAME"]
    url = database_environment()["DATABASE_URL"]
    yield {"DATABASE_URL": url.replace(f"/{ours}?", f"/{name}?")}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture
def sqlite():
    """Only where the tests run on SQLite."""
    if connection.vendor != "sqlite":
        pytest.skip("this is about SQLite")


def manage(*arguments, **environment):
    """Run a management command in a process of its own; return what it writes."""
    run = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stdout
    return run.stdout


def test_the_migrations_are_complete():
    """Nothing has been changed in the models since they were made."""
    models()
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    except SystemExit:
        pytest.fail("run makemigrations")


def test_an_empty_database_is_migrated(empty_database):
    """From nothing to the last migration; and what it has stored can be read."""
    models()
    assert "Applying chat.0001_initial... OK" in manage("migrate", **empty_database)
    store = (
        "from chat.models import Room; from chat.store import read;"
        "print('read', read(Room.objects.create(name='red').pk))"
    )
    assert "read {'type': 'history'" in manage("shell", "-c", store, **empty_database)


def test_messages_that_are_there_get_the_names_of_their_authors(empty_database):
    """A database of the first migration, in which two have spoken, is brought up to
    date: each message has its author's name, which stays.
    """
    models()
    manage("migrate", "auth", **empty_database)
    manage("migrate", "chat", "0001", **empty_database)
    manage("shell", "-c", FILL, **empty_database)
    manage("migrate", **empty_database)
    show = "print(*Message.objects.order_by('seq').values_list('name', 'text'))"
    told = manage("shell", "-c", f"{IMPORT}; {show}", **empty_database)
    assert "('alice', 'one') ('bob', 'two') ('alice', 'three')" in told


@pytest.mark.parametrize("url", [None, ""])
def test_without_a_url_it_is_a_file(configured, url):
    """Nothing is needed to begin with. An empty one counts as none."""
    database = configured(url)
    assert database["ENGINE"] == "django.db.backends.sqlite3"
    assert database["NAME"] == str(PROJECT / "db.sqlite3")


def test_a_url_of_postgresql_is_honoured(configured):
    """What is SQLite's own is not asked of it, but the same patience."""
    database = configured("postgresql://me:secret@db.example:5433/chat")
    assert database["ENGINE"] == "django.db.backends.postgresql"
    keys = ("USER", "PASSWORD", "HOST", "PORT", "NAME")
    found = [database[key] for key in keys]
    assert found == ["me", "secret", "db.example", 5433, "chat"]
    assert database["OPTIONS"] == {
        "connect_timeout": 3,
        "options": "-c lock_timeout=3000 -c statement_timeout=3000 ",
    }


@pytest.mark.parametrize("url", [None, "sqlite:///x.sqlite3", "postgresql://x/y"])
def test_connections_are_kept(configured, url):
    """A new connection for each message would be dear; one that has died is seen."""
    database = configured(url)
    assert database["CONN_MAX_AGE"] is None
    assert database["CONN_HEALTH_CHECKS"] is True


def pragma(name):
    """Return a setting of SQLite's, as this connection has it."""
    with connection.cursor() as cursor:
        return cursor.execute(f"PRAGMA {name}").fetchone()[0]


@pytest.mark.usefixtures("sqlite")
def test_who_reads_does_not_wait_for_who_writes():
    """The log is written ahead (WAL)."""
    models()
    assert pragma("journal_mode") == "wal"


@pytest.mark.usefixtures("sqlite")
def test_what_is_committed_survives_a_loss_of_power():
    """synchronous is FULL, 2; with NORMAL, 1, the last messages acknowledged may go."""
    models()
    assert pragma("synchronous") == 2


@pytest.mark.usefixtures("sqlite")
def test_a_writer_waits_for_another_process():
    """DATABASE_PATIENCE, 3 s: less than Daphne gives a handshake. Django's own is 5."""
    models()
    assert pragma("busy_timeout") == 3_000


@pytest.mark.usefixtures("sqlite")
def test_a_transaction_locks_first(queries):
    """Two that had read could not both go on to write: "database is locked"."""
    models()
    with transaction.atomic():
        models().Room.objects.exists()
    assert queries[0] == "BEGIN IMMEDIATE"
