"""A database with users in it, for the time of a demo.

python -m course.database STAGE FILE is its keeper: see course/keeper.py.
"""

import _thread
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path, PurePath
from urllib.parse import quote

from course.errors import CourseError
from course.keeper import Keeper, end_in_order, give_up, say_up, wait_for_end
from course.stages import Stage

USERS = ("alice", "bob", "carol")
PASSWORD = "six-stages"  # nobody's secret: it is good for a demo's time, on 127.0.0.1
PATIENCE = 10.0  # seconds; servers that end by themselves take less


class Database(Keeper):
    """An SQLite file in a temporary folder, which is there once it is started.

    Args:
        stage: The stage whose tables it has.
    """

    def __init__(self, stage: Stage) -> None:
        # The name is known at once, for servers that start at the same time.
        folder = Path(tempfile.gettempdir()) / f"{stage.name}-{uuid.uuid4().hex}"
        self.path = folder / "demo.sqlite3"
        super().__init__("course.database", str(stage.path), str(self.path))

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which a stage finds it: each stage knows one of them."""
        return variables(self.path)

    async def wait_until_up(self) -> None:
        """Return once the tables and the users are there.

        Raises:
            CourseError: They could not be made.
        """
        if problem := await self.problem():
            raise CourseError(f"The demo's database could not be made: {problem}.")


def variables(path: PurePath) -> dict[str, str]:
    """Return the environment variables that name a database's file."""
    return {
        "DATABASE": str(path),
        "DATABASE_URL": f"sqlite:///{quote(path.as_posix(), safe='/:')}",
    }


def fill(stage: str) -> None:
    """Make the tables and the users.

    Args:
        stage: The stage's folder.
    """
    os.chdir(stage)
    sys.path.insert(0, stage)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    user = get_user_model()
    password = make_password(PASSWORD)  # once: it takes its time, as it should
    user.objects.bulk_create(user(username=name, password=password) for name in USERS)


def interrupt() -> None:
    """End the main thread as SIGTERM does, once standard input ends."""
    wait_for_end()
    _thread.interrupt_main(signal.SIGTERM)


def remove(folder: Path) -> None:
    """Remove a folder in which servers may still write for a moment."""
    deadline = time.monotonic() + PATIENCE
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.05)


def main(stage: str, path: Path) -> None:
    """Keep a database until standard input ends.

    Args:
        stage: The stage's folder.
        path: The file; its folder is made, and removed with all that is in it.
    """
    end_in_order()
    os.environ.update(variables(path))
    watch = threading.Thread(target=interrupt, daemon=True)
    path.parent.mkdir(mode=0o700)
    try:
        watch.start()  # a demo that ends at once does not wait for the tables
        try:
            fill(stage)
        except Exception as error:
            raise give_up(error) from None
        say_up()
        watch.join()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        remove(path.parent)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
