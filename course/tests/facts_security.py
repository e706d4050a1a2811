"""A project in one file: logins, and sockets behind AuthMiddlewareStack.

It configures Django, so it is imported by servers alone. DATABASE names its file.
"""

import os
from collections.abc import Callable
from typing import Any

from channels.auth import AuthMiddlewareStack, get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["DATABASE"],
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ],
    # Without migrations: the tables are made at once.
    MIGRATION_MODULES={"auth": None, "contenttypes": None, "sessions": None},
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="for these tests only",
)
django_application = get_asgi_application()
call_command("migrate", run_syncdb=True, verbosity=0)

from django.contrib.auth import login, logout  # noqa: E402
from django.contrib.auth.decorators import login_not_required  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from course.mistakes.login import Greeter  # noqa: E402


class Subclass(SessionStore):  # type: ignore[misc]  # Django has no types
    """A store like the one it comes from, but for its name."""


STORES = {"fresh": SessionStore, "subclass": Subclass}


class Looker(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """Says who its user is, by the way to look that it is asked for."""

    async def receive(self, text_data: str = "", bytes_data: bytes = b"") -> None:
        """Handle websocket.receive."""
        scope = self.scope
        if store := STORES.get(text_data):
            scope = dict(scope, session=store(scope["session"].session_key))
        await self.send((await get_user(scope)).get_username() or "nobody")


class Writer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Writes a note into the session, and saves it if it is asked to."""

    async def receive(self, text_data: str = "", bytes_data: bytes = b"") -> None:
        """Handle websocket.receive."""
        session = self.scope["session"]
        session["note"] = text_data
        if text_data == "saved":
            await database_sync_to_async(session.save)()
        await self.send("written")


def log_in(request: HttpRequest) -> None:
    """Make an account, and log in with it."""
    user = User.objects.create_user(request.GET["name"], password="the old word")
    login(request, user)


def deactivate(request: HttpRequest) -> None:
    """Take the account away, as an administrator does."""
    User.objects.filter(pk=request.user.pk).update(is_active=False)


def change_password(request: HttpRequest) -> None:
    """Set another password, as an administrator does."""
    request.user.set_password("the new word")
    request.user.save()


def delete_user(request: HttpRequest) -> None:
    """Delete the account."""
    User.objects.filter(pk=request.user.pk).delete()


def delete_session(request: HttpRequest) -> None:
    """Delete the session's row."""
    SessionStore(request.session.session_key).delete()


def view(act: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view that does something, and answers with the session's note."""

    def answer(request: HttpRequest) -> HttpResponse:
        act(request)
        return HttpResponse(request.session.get("note", "none"))

    login_not_required(answer)  # it marks the view
    return answer


ACTS = [log_in, logout, deactivate, change_password, delete_user, delete_session]
urlpatterns = [
    *(path(f"{act.__name__}/", view(act)) for act in ACTS),
    path("note/", view(lambda request: None)),
    path("members/", lambda request: HttpResponse("members")),
]
websocket_urlpatterns = [
    path("look/", Looker.as_asgi()),
    path("note/", Writer.as_asgi()),
    re_path("", Greeter.as_asgi()),
]
application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": AuthMiddlewareStack(URLRouter(websocket_urlpatterns)),
    }
)
