"""What the settings may not say: the chat could not keep its promises."""

import re

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import caches
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import Error
from django.db import connection

from .login import open_session

BACKENDS = "django.contrib.sessions.backends"


def check_sessions(**kwargs):
    """Say whether a logout would not end a session in every process."""
    # By name: some can be imported only if django.contrib.sessions is installed.
    kinds = {each.__module__ for each in type(open_session(None)).__mro__}
    if f"{BACKENDS}.signed_cookies" in kinds:
        yield Error(
            "SESSION_ENGINE keeps sessions in cookies: no logout could end them.",
            hint="Use an engine that keeps them on the server, like backends.db.",
            id="chat.E001",
        )
    if kinds & {f"{BACKENDS}.cache", f"{BACKENDS}.cached_db"}:
        cache = caches[settings.SESSION_CACHE_ALIAS]
        if isinstance(cache, (DummyCache, LocMemCache)):
            yield Error(
                "SESSION_ENGINE uses a cache that each process has for itself: a "
                "logout in one would not end the session in another.",
                hint="Set CACHES to one that all share: Redis, Memcached, a database.",
                id="chat.E002",
            )


def check_user_model(**kwargs):
    """Say whether a change of password would not end a login."""
    if not issubclass(get_user_model(), AbstractBaseUser):
        yield Error(
            "AUTH_USER_MODEL is no AbstractBaseUser: no new password ends a login.",
            hint="Derive it from AbstractBaseUser or AbstractUser.",
            id="chat.E003",
        )


def check_origins(**kwargs):
    """Say whether a host is given for an origin: any scheme and port would do."""
    for origin in settings.ALLOWED_ORIGINS:
        if not re.fullmatch(r"https?://(\[[0-9a-f:.]+\]|[^/?#*@:]+)(:\d+)?", origin):
            yield Error(
                f"ALLOWED_ORIGINS holds {origin!r}, which is no origin.",
                hint="Write a scheme and a host, like https://app.example.com.",
                id="chat.E004",
            )


def check_lease(**kwargs):
    """Say whether somebody who is there would be said to have left."""
    if settings.LEASE_SECONDS < settings.LEAST_LEASE:
        yield Error(
            f"LEASE_SECONDS is {settings.LEASE_SECONDS:g}: the chat would say that "
            "users leave who are there.",
            hint="Make it at least twice SESSION_CHECK_SECONDS plus DATABASE_PATIENCE: "
            f"{settings.LEAST_LEASE:g}. If it is not set, it is long enough.",
            id="chat.E005",
        )


def check_database(**kwargs):
    """Say whether the numbers of messages would have gaps, or a thread its own rows."""
    if connection.vendor not in ("postgresql", "sqlite"):
        yield Error(
            f"DATABASE_URL names {connection.display_name}, which was never tried.",
            hint="Use PostgreSQL, or a file of SQLite.",
            id="chat.E006",
        )
    elif connection.vendor == "sqlite" and connection.is_in_memory_db():
        yield Error(
            "DATABASE_URL names a database in memory: each thread has its own.",
            hint="Use a file, or PostgreSQL.",
            id="chat.E007",
        )
