"""What older notes and tutorials get wrong, where no other test shows it."""

import importlib
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test.utils import override_settings
from websockets.sync.client import connect

from course.environment import ROOT

if not settings.configured:
    settings.configure()

older: Any = importlib.import_module("course.mistakes.older")  # it has no types

LISTENING = re.compile(r"TCP address (127\.0\.0\.1:\d+)")
MEMORY = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
# What manage.py test does before the first test and after the last one.
TESTS = """
import sys
from django.conf import settings
from course.mistakes.older import same_file_for_tests
settings.configure(DATABASES=same_file_for_tests(sys.argv[1]))
import django
django.setup()
from django.test.runner import DiscoverRunner
runner = DiscoverRunner()
runner.teardown_databases(runner.setup_databases())
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Stage 1's development server, by its address."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "runserver", "--noreload", "127.0.0.1:0"],
        cwd=ROOT / "gs1_basic",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stderr is not None
    try:
        found = map(LISTENING.search, process.stderr)
        yield next(match[1] for match in found if match)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_the_development_server_speaks_no_tls(address: str) -> None:
    """ws:// is accepted; to a wss:// nobody answers in TLS, and it never opens."""
    with connect(f"ws://{address}/ws/sc/", proxy=None):
        pass
    with pytest.raises(OSError):
        connect(f"wss://{address}/ws/sc/", proxy=None, open_timeout=0.5)


def test_tests_that_share_the_sites_file_delete_it(tmp_path: Path) -> None:
    """Django asks whether to delete the test database; yes deletes the site's own."""
    file = tmp_path / "db.sqlite3"
    sqlite3.connect(file).execute("create table message (text)").connection.close()
    assert file.exists()
    done = subprocess.run(
        [sys.executable, "-c", TESTS, str(file)],
        cwd=ROOT,
        input="yes\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"deleting the test database '{file}'" in done.stdout
    assert not file.exists()


async def test_a_misspelt_protocol_is_another_one() -> None:
    """With the key websoket no WebSocket is served: ValueError, which is HTTP 500."""
    router = older.misspelt_protocol()
    with pytest.raises(ValueError, match="No application .* type 'websocket'"):
        await router({"type": "websocket"}, None, None)


async def test_who_leaves_another_group_leaves_none() -> None:
    """A name that only a message brings is missing for whoever says nothing:
    disconnect() raises AttributeError, and the membership stays.
    """
    with override_settings(CHANNEL_LAYERS=MEMORY):
        client = WebsocketCommunicator(older.LeavesAnotherGroup.as_asgi(), "/")
        assert (await client.connect())[0]
        with pytest.raises(AttributeError, match="no attribute 'group_name'"):
            await client.disconnect()


async def test_who_sends_to_another_group_is_not_heard() -> None:
    """One hears what is sent to the group that one has joined, and nothing else."""
    with override_settings(CHANNEL_LAYERS=MEMORY):
        client = WebsocketCommunicator(older.LeavesAnotherGroup.as_asgi(), "/")
        assert (await client.connect())[0]
        await client.send_to("python")
        assert await client.receive_nothing()
        await client.send_to("programmers")
        assert await client.receive_from() == "programmers"
        await client.disconnect()
