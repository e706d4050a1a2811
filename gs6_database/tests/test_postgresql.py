"""The tests of what is stored, once more: on PostgreSQL."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from conftest import PROJECT, models
from django.db import connection

# Those that share servers run together: it is the servers that take their time.
GROUPS = {
    "alone": ["admin", "migrations", "orm", "queries", "store"],
    "served": ["history", "leases", "order", "retries"],
}


@pytest.mark.parametrize("group", GROUPS)
def test_on_postgresql(group, request):
    """Everything holds there as well: numbers, repeats, history, leases."""
    models()
    if connection.vendor == "postgresql":
        pytest.skip("DATABASE_URL is PostgreSQL: all tests run there already")
    url = urlsplit(request.getfixturevalue("postgresql_url"))
    files = [f"tests/test_{module}.py" for module in GROUPS[group]]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files],
        cwd=PROJECT,
        # Django puts test_ before the name, and makes it.
        env=os.environ | {"DATABASE_URL": url._replace(path=f"/{group}").geturl()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stdout
    assert " passed" in run.stdout
