"""The database of a demo: it has users in it, and leaves nothing behind."""

import asyncio
import signal
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path, PurePosixPath

import dj_database_url
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from course.database import PASSWORD, USERS, Database, remove, variables
from course.environment import ROOT
from course.errors import CourseError
from course.stages import find, load


@pytest.fixture
async def database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Database]:
    """The database of stage 5, under tmp_path."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    database = Database(find(load(ROOT), 5))
    assert list(tmp_path.iterdir()) == []
    database.start()
    try:
        await database.wait_until_up()
        yield database
    finally:
        database.stop()


def passwords(path: Path) -> dict[str, str]:
    """Return the hash of each user's password in a database."""
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT username, password FROM auth_user"))


async def test_it_has_the_users_and_is_removed(
    database: Database, tmp_path: Path
) -> None:
    """They can log in; nobody else can read the file, which goes with its keeper."""
    [folder] = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    found = passwords(database.path)
    assert tuple(found) == USERS
    assert PBKDF2PasswordHasher().verify(PASSWORD, found["carol"])
    database.stop()
    assert list(tmp_path.iterdir()) == []
    database.stop()


async def test_a_stage_finds_it_by_one_of_two_variables(database: Database) -> None:
    """By its path, or by a URL as Django's add-ons read it."""
    found = database.environment
    assert found["DATABASE"] == str(database.path)
    assert dj_database_url.parse(found["DATABASE_URL"])["NAME"] == str(database.path)
    odd = PurePosixPath("/tmp/a b%20ü?#/demo.sqlite3")
    assert dj_database_url.parse(variables(odd)["DATABASE_URL"])["NAME"] == str(odd)


async def test_a_keeper_that_is_terminated_leaves_nothing(
    database: Database, tmp_path: Path
) -> None:
    """SIGTERM ends the keeper, and the folder goes."""
    assert database.process is not None
    database.process.send_signal(signal.SIGTERM)
    status = await asyncio.to_thread(database.process.wait, 10)
    assert status == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


async def test_a_database_that_cannot_be_made_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why is said. Stage 4 has no tables, and no users."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    database = Database(find(load(ROOT), 4))
    database.start()
    with pytest.raises(CourseError, match="^The demo's database could not be made: "):
        await database.wait_until_up()
    database.stop()
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_still_writes_does_not_save_the_folder(tmp_path: Path) -> None:
    """Removing goes on until nothing is left."""
    folder = tmp_path / "database"
    folder.mkdir()
    done = time.monotonic() + 0.3

    def write() -> None:
        number = 0
        while time.monotonic() < done and folder.exists():
            number += 1
            try:
                (folder / str(number)).touch()
            except OSError:
                return

    writer = threading.Thread(target=write)
    writer.start()
    remove(folder)
    writer.join()
    assert not folder.exists()
