"""The tests of what is stored, once more: on PostgreSQL."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.db import connection
from processes import PROJECT
from storage import models

MODULES = [
    "acks",
    "admin",
    "asking",
    "catching_up",
    "client_ids",
    "connections",
    "crowd",
    "deleted_users",
    "ghosts",
    "history",
    "history_live",
    "leases",
    "locks",
    "many_pages",
    "migrations",
    "order",
    "patience",
    "places",
    "promise",
    "queries",
    "renewals",
    "retries",
    "store",
    "sweeps",
    "who_is_there",
    "writers",
]
# Those that end before the database is asked: it does not matter which one it is.
NOT = "not (bad_number or bad_after or uuid_in_one_form or names_the_message)"


def test_on_postgresql(request, capsys):
    """Everything holds there, too: numbers, repeats, history, leases, the promise."""
    models()
    if connection.vendor == "postgresql":
        pytest.skip("DATABASE_URL is PostgreSQL: all tests run there already")
    url = urlsplit(request.getfixturevalue("postgresql_url"))
    files = [f"tests/test_{module}.py" for module in MODULES]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *files, "-k", NOT],
        cwd=PROJECT,
        # Django puts test_ before the name, and makes it.
        env=os.environ | {"DATABASE_URL": url._replace(path="/stage").geturl()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    with capsys.disabled():
        sys.stdout.write(run.stdout)
    assert run.returncode == 0
    assert " passed" in run.stdout
