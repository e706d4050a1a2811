"""What the chat could not keep its promises with is refused before it starts."""

import importlib.util

import pytest
from projects import manage, write_settings
from servers import Server

SESSIONS = "django.contrib.sessions.backends"
SIGNED = f'SESSION_ENGINE = "{SESSIONS}.signed_cookies"'
DUMMY = "django.core.cache.backends.dummy.DummyCache"
PLAIN_MODEL = '''
"""Users that Django's own base class knows nothing of."""

from django.db import models


class User(models.Model):
    name = models.CharField(max_length=50, unique=True)
    last_login = models.DateTimeField(null=True)
    USERNAME_FIELD = "name"
    REQUIRED_FIELDS = []
    is_anonymous, is_authenticated = False, True
'''
PEOPLE = 'INSTALLED_APPS += ["people"]\nAUTH_USER_MODEL = "people.User"'
BAD = {
    "cookies": (SIGNED, "SESSION_ENGINE", "keeps them on the server"),
    "an engine derived from it": (
        'SESSION_ENGINE = "derived"',
        "SESSION_ENGINE",
        "keeps them on the server",
    ),
    "a cache of each process": (
        f'SESSION_ENGINE = "{SESSIONS}.cache"',
        "SESSION_ENGINE",
        "Set CACHES",
    ),
    "a cached database": (
        f'SESSION_ENGINE = "{SESSIONS}.cached_db"',
        "SESSION_ENGINE",
        "Set CACHES",
    ),
    "a cache that keeps nothing": (
        f'SESSION_ENGINE = "{SESSIONS}.cache"\n'
        f'CACHES = {{"default": {{"BACKEND": "{DUMMY}"}}}}',
        "SESSION_ENGINE",
        "Set CACHES",
    ),
    "a user model without passwords": (PEOPLE, "AUTH_USER_MODEL", "AbstractBaseUser"),
    "a host for an origin": (
        'ALLOWED_ORIGINS = ["app.example"]',
        "ALLOWED_ORIGINS holds 'app.example'",
        "Write a scheme",
    ),
    "an address for an origin": (
        'ALLOWED_ORIGINS = ["https://app.example", "https://app.example/"]',
        "ALLOWED_ORIGINS holds 'https://app.example/'",
        "Write a scheme",
    ),
    "a port that is none": (
        'ALLOWED_ORIGINS = ["https://app.example:80a"]',
        "ALLOWED_ORIGINS holds 'https://app.example:80a'",
        "Write a scheme",
    ),
    "any origin": ('ALLOWED_ORIGINS = ["*"]', "ALLOWED_ORIGINS", "Write a scheme"),
}


@pytest.fixture
def write(tmp_path):
    """Write settings, beside a user model and a session engine that they may name."""
    people = tmp_path / "people"
    people.mkdir()
    (people / "__init__.py").touch()
    (people / "models.py").write_text(PLAIN_MODEL, encoding="utf-8")
    engine = f"from {SESSIONS}.signed_cookies import SessionStore as Base\n\n\n"
    engine += "class SessionStore(Base):\n    pass\n"
    (tmp_path / "derived.py").write_text(engine, encoding="utf-8")
    return lambda text: write_settings(tmp_path, text)


@pytest.mark.parametrize(("text", "setting", "remedy"), BAD.values(), ids=BAD)
def test_manage_py_check_refuses_it(write, text, setting, remedy):
    """It names the setting, and what to do."""
    code, said = manage(write(text), "check")
    assert code == 1
    assert "Traceback" not in said
    (error,) = [line for line in said.splitlines() if line.startswith("?: (chat.E")]
    assert setting in error
    assert remedy in said.split(error)[1]


@pytest.mark.parametrize("name", ["runserver", "daphne", "uvicorn"])
def test_no_server_starts_with_it(write, name):
    """Each says why, names the setting and the remedy, and ends."""
    if name == "uvicorn":
        pytest.importorskip("uvicorn")
    server = Server(name, **write(SIGNED))
    try:
        with pytest.raises(AssertionError, match="did not start"):
            server.wait_until_up()
    finally:
        server.stop()
    (error,) = server.wait_for("(chat.E001)")
    assert "SESSION_ENGINE" in error
    server.wait_for("keeps them on the server")
    assert server.process.returncode != 0


def test_the_settings_as_they_are_pass(write):
    """So it is the settings above that are refused."""
    assert importlib.util.find_spec("chat.checks"), "nothing is checked"
    origins = "https://app.example http://dev.example:5173 http://[::1]:8080"
    code, said = manage(write("") | {"ALLOWED_ORIGINS": origins}, "check")
    assert (code, "no issues" in said) == (0, True), said
