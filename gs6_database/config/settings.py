"""Django settings: only what this project uses."""

import os
from pathlib import Path

import dj_database_url

BASE_DIR = Path(__file__).resolve().parent.parent

# Django core

ASGI_APPLICATION = "config.asgi.application"
DATABASES = {
    # DATABASE_URL from the environment, or else a file.
    "default": dj_database_url.config(
        default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}",
        conn_max_age=None,  # kept: a new one for each message is dear
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Readers do not wait for the writer, and a commit survives a loss of power.
        "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
        "timeout": 20,  # seconds to wait for another process that writes
        # Lock first, then read: two that have read could not both go on to write.
        "transaction_mode": "IMMEDIATE",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DEBUG = True  # Dangerous: shows source code in error pages. Never on the internet.
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "loggers": {
        # Django gives this logger a handler of its own: each line would come twice.
        "django": {"handlers": []},
        # It logs a traceback a second while Redis is away. Our own warning is enough.
        "channels_redis.pubsub": {"level": "CRITICAL"},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
}
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",  # adds the slash to /chat/red
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "config.urls"
SECRET_KEY = os.environ.get("SECRET_KEY", "for-development-only-and-public")
SECRET_KEY_FALLBACKS = os.environ.get("SECRET_KEY_FALLBACKS", "").split()
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.request",
            ],
        },
    },
]
TIME_ZONE = "UTC"  # of the log, too

# Django contrib

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_REDIRECT_URL = "lobby"
LOGOUT_REDIRECT_URL = "login"
STATIC_URL = "static/"

# Apps

INSTALLED_APPS = [
    "daphne",  # Before staticfiles: both bring a runserver, and the first one wins.
    "chat",  # Before contrib: our templates for accounts win.
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

# Our own

RATE = int(os.environ.get("RATE", "20"))  # messages of one socket in 5 s
LEASE_SECONDS = float(os.environ.get("LEASE_SECONDS", "45"))
SESSION_CHECK_SECONDS = float(os.environ.get("SESSION_CHECK_SECONDS", "30"))

# Channels

CAPACITY = 5000  # messages that may wait, before more of them are lost without a word
REDIS_URL = os.environ.get("REDIS_URL")
LAYERS = {
    "memory": {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        "CONFIG": {"capacity": CAPACITY},
    },
    "pubsub": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    },
    "queue": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {
            "capacity": CAPACITY,
            "hosts": [
                {
                    "address": REDIS_URL,
                    # The pool raises when it is empty: one each, if all leave at once.
                    "max_connections": CAPACITY,
                    # The layer waits 5 s for a message: the default, 5 s, is too short.
                    # With any, redis-py on Python 3.11 may swallow a cancellation.
                    "socket_timeout": None,
                }
            ],
        },
    },
}
LAYER = os.environ.get("REDIS_LAYER", "pubsub") if REDIS_URL else "memory"
CHANNEL_LAYERS = {"default": LAYERS[LAYER]}
