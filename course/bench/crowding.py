"""A stage's server with users in it: python -m course.bench.crowding NUMBER.

It runs in the folder of a stage from 4 on, and serves it with uvicorn. From stage 5 on
it makes the tables and the users first, and says the keys of their sessions.
"""

import importlib
import sys
from typing import Any

from course.bench.control import Line
from course.bench.serve import serve_on_uvicorn
from course.bench.writing import set_up


class Counted:
    """An application, and how many WebSockets it serves."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.number = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        self.number += 1
        try:
            await self.application(scope, receive, send)
        finally:
            self.number -= 1


def fill(number: int) -> list[str]:
    """Make users who are logged in.

    Args:
        number: How many.

    Returns:
        The keys of their sessions; none if the stage knows no users.
    """
    from django.apps import apps

    if not apps.is_installed("django.contrib.auth"):
        return []
    from django.conf import settings
    from django.contrib import auth
    from django.core.management import call_command
    from django.db import connection, transaction

    store = importlib.import_module(settings.SESSION_ENGINE).SessionStore
    call_command("migrate", verbosity=0)
    keys = []
    with transaction.atomic():
        for each in range(number):
            user = auth.get_user_model().objects.create(username=f"user-{each}")
            session = store()
            session[auth.SESSION_KEY] = str(user.pk)
            session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
            session.create()
            keys.append(session.session_key)
    connection.close()
    return keys


if __name__ == "__main__":
    to_benchmark = Line()
    set_up()
    sessions = fill(int(sys.argv[1]))
    counted = Counted(importlib.import_module("config.asgi").application)
    serve_on_uvicorn(to_benchmark, counted, lambda: counted.number, sessions=sessions)
