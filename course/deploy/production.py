"""Settings for the internet: those of development, and what must not stay so.

Copy it beside settings.py, and set DJANGO_SETTINGS_MODULE to config.production.
"""
# mypy: ignore-errors

import os

from django.core.exceptions import ImproperlyConfigured

from config.settings import *  # noqa: F403
from config.settings import BASE_DIR, MIDDLEWARE


def required(name):
    """Return a variable. There is no default: it does not start without one."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is empty or not set: give it a value.")
    return value


DEBUG = False
SECRET_KEY = required("SECRET_KEY")
ALLOWED_HOSTS = required("ALLOWED_HOSTS").split()  # of pages, and of Origin
CSRF_TRUSTED_ORIGINS = os.environ.get("CSRF_TRUSTED_ORIGINS", "").split()
STATIC_ROOT = os.environ.get("STATIC_ROOT", BASE_DIR / "collected")

# TLS ends at the proxy, which says so in this header, and lets nobody else say so.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 3600  # raise it when you are sure
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

# W008 is left to the proxy: it redirects from http to https. W005 and W021 are left to
# you: whether all your other subdomains have TLS, too.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    *MIDDLEWARE,
]
