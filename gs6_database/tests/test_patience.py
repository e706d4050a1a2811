"""How long the database may keep one waiting, and what is refused at start."""

from types import SimpleNamespace

import pytest
from processes import START_TIMEOUT
from projects import manage
from servers import Server
from storage import database_environment, models

SHORT = {"LEASE_SECONDS": "2", "SESSION_CHECK_SECONDS": "5"}
ASK = """
import sys
from django.db import connection
cursor = connection.cursor()
for name in {names}:
    value = cursor.execute({verb!r} + name).fetchone()[0]
    sys.stdout.write(f"{{name}} is {{value}}\\n")
"""


def limits(*names, verb="SHOW ", **environment):
    """Return what a process of the project is told of its connection."""
    models()
    ask = ASK.format(names=names, verb=verb)
    code, said = manage(database_environment() | environment, "shell", "-c", ask)
    assert code == 0, said
    pairs = [line.split(" is ") for line in said.splitlines() if " is " in line]
    return [value for _, value in pairs]


@pytest.mark.parametrize(("patience", "waits"), [("", "3000"), ("0.5", "500")])
@pytest.mark.parametrize("only", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("only")
def test_sqlite_waits_for_a_lock_with_patience(patience, waits):
    """DATABASE_PATIENCE, 3 s if it is not set."""
    found = limits("busy_timeout", verb="PRAGMA ", DATABASE_PATIENCE=patience)
    assert found == [waits]


@pytest.mark.parametrize(("patience", "waits"), [("", "3s"), ("0.5", "500ms")])
@pytest.mark.parametrize("only", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("only")
def test_postgresql_ends_a_statement_with_patience(patience, waits):
    """What waits for a lock, and what takes long."""
    names = "lock_timeout", "statement_timeout"
    assert limits(*names, DATABASE_PATIENCE=patience) == [waits, waits]


@pytest.mark.parametrize("only", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("only")
def test_what_the_url_asks_for_is_kept():
    """Options of DATABASE_URL stand beside ours, and win."""
    url = database_environment()["DATABASE_URL"]
    url += "&options=-c%20search_path%3Dpublic%20-c%20lock_timeout%3D7s"
    names = "search_path", "lock_timeout", "statement_timeout"
    assert limits(*names, DATABASE_URL=url) == ["public", "7s", "3s"]


def test_a_lease_must_outlast_two_looks():
    """And the one that is late: else users would be said to leave who are there. It is
    refused, with the setting and the remedy.
    """
    models()
    code, said = manage(SHORT, "check")
    assert (code, "Traceback" in said) == (1, False)
    assert "(chat.E005) LEASE_SECONDS is 2: " in said
    assert "at least twice SESSION_CHECK_SECONDS plus DATABASE_PATIENCE: 13" in said
    for enough in ({"LEASE_SECONDS": "13"}, {"DATABASE_PATIENCE": "1e3"}):
        code, said = manage({**SHORT, "LEASE_SECONDS": "", **enough}, "check")
        assert code == 0, said


@pytest.mark.parametrize("name", ["daphne", "uvicorn"])
def test_no_server_starts_with_a_short_lease(name):
    """It ends, and says why."""
    models()
    server = Server(name, **SHORT)
    try:
        server.process.wait(START_TIMEOUT)
    finally:
        server.stop()
    server.wait_for("(chat.E005) LEASE_SECONDS is 2: ")
    assert server.process.returncode != 0


def test_who_looks_seldom_has_a_longer_lease():
    """SESSION_CHECK_SECONDS alone may be set: the lease follows by itself."""
    models()
    ask = "from django.conf import settings; print('it is', settings.LEASE_SECONDS)"
    for seconds, lease in (("", "45.0"), ("60", "123.0")):
        environment = {"SESSION_CHECK_SECONDS": seconds}
        code, said = manage(environment, "shell", "-c", ask)
        assert code == 0
        assert f"it is {lease}" in said


def test_sqlite_in_memory_is_refused():
    """Each thread would have a database of its own."""
    models()
    code, said = manage({"DATABASE_URL": "sqlite://:memory:"}, "check")
    assert (code, "Traceback" in said) == (1, False)
    assert "(chat.E007) DATABASE_URL names a database in memory" in said
    assert "Use a file, or PostgreSQL." in said


def test_another_database_is_refused(monkeypatch):
    """Whether it keeps the promises was never tried."""
    models()
    from chat import checks

    other = SimpleNamespace(vendor="mysql", display_name="MySQL")
    monkeypatch.setattr(checks, "connection", other)
    (error,) = checks.check_database()
    assert error.id == "chat.E006"
    assert error.msg.startswith("DATABASE_URL names MySQL")
    assert "PostgreSQL" in error.hint
