"""Django settings: only what this project uses."""

from hashlib import sha256
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.connection import parse_url

from config.environment import text

# Django core

ASGI_APPLICATION = "config.asgi.application"
DEBUG = True  # Dangerous: shows source code in error pages. Never on the internet.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"seldom": {"()": "chat.logs.Seldom"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "loggers": {
        # Django gives this logger a handler of its own: each line would come twice.
        "django": {"handlers": []},
        "channels_redis.pubsub": {"filters": ["seldom"]},  # else a traceback a second
    },
    "root": {"handlers": ["console"], "level": "INFO"},
}
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",  # adds the slash to /chat/red
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "config.urls"
SECRET_KEY = text("SECRET_KEY", "for-development-only-and-public")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
    },
]
TIME_ZONE = "UTC"  # of the log, too

# Django contrib

STATIC_URL = "static/"

# Apps

INSTALLED_APPS = [
    "daphne",  # Before staticfiles: both bring a runserver, and the first one wins.
    "django.contrib.staticfiles",
    "chat",
]

# Channels

CAPACITY = 5000  # messages that may wait, before more of them are lost without a word
REDIS_URL = text("REDIS_URL")
try:
    # As redis-py reads it: redis://host/1, redis://host?db=1, unix:///path?db=1
    DATABASE_NUMBER = parse_url(REDIS_URL).get("db", 0) if REDIS_URL else 0
    if REDIS_URL.startswith("redis") and urlsplit(REDIS_URL).path.strip("/0123456789"):
        raise ValueError("a database has a number, like redis://localhost/1")
except ValueError as error:
    raise ImproperlyConfigured(f"REDIS_URL: {error}") from None
# Pub/sub knows no database numbers: without a prefix of its own each project on a Redis
# would hear all others. This one differs with the key, and with the number.
PREFIX = text("REDIS_PREFIX", sha256(SECRET_KEY.encode()).hexdigest()[:12])
PREFIX += f".{DATABASE_NUMBER}"
HOST = {
    "address": REDIS_URL,
    # Redis, or what is in between, closes idle connections: then connect and try again.
    "retry": Retry(NoBackoff(), 1),
}
LAYERS = {
    "memory": {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        "CONFIG": {"capacity": CAPACITY},
    },
    "pubsub": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [HOST], "prefix": PREFIX},
    },
    "queue": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {
            "capacity": CAPACITY,
            "hosts": [
                {
                    **HOST,
                    # The pool raises when it is empty: one each, if all leave at once.
                    "max_connections": CAPACITY,
                    # The layer waits 5 s for a message: the default, 5 s, is too short.
                    # With any, redis-py on Python 3.11 may swallow a cancellation.
                    "socket_timeout": None,
                }
            ],
            "prefix": PREFIX,
        },
    },
}
LAYER = text("REDIS_LAYER", "pubsub", ["pubsub", "queue"]) if REDIS_URL else "memory"
CHANNEL_LAYERS = {"default": LAYERS[LAYER]}
