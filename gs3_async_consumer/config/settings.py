"""Django settings: only what this project uses."""

from config.environment import number, text

# Django core

ASGI_APPLICATION = "config.asgi.application"
DEBUG = True  # Dangerous: shows source code in error pages. Never on the internet.
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
    },
    "root": {"handlers": ["console"], "level": "INFO"},
}
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

# Our own

TICK = number("TICK", 0.5, 0.001, 60)  # seconds
