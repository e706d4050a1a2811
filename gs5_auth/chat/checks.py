"""What the settings may not say: the chat could not keep its promises."""

import re

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import caches
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import Error

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
