"""Fixtures: the project with a user model of one's own, served."""

import pytest
from browsers import PageBrowser
from projects import WORD, manage, write_settings
from servers import serving

BY_ADDRESS = '''
"""Users who are called by their addresses."""

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models


class Manager(BaseUserManager):
    def create_superuser(self, email, password):
        user = self.model(email=email, is_staff=True, is_superuser=True)
        user.set_password(password)
        user.save()
        return user


class User(AbstractUser):
    username = None
    email = models.EmailField(unique=True)
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = Manager()
'''
BARE = '''
"""Users like Django's own."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    pass
'''
SETTINGS = """
AUTH_USER_MODEL = "people.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS += ["people"]
"""


@pytest.fixture(scope="module", params=["address", "name"])
def names(request):
    """What alice and bob are called, and by which field: an address, or a name."""
    if request.param == "address":
        return "email", "alice@example.org", "bob@example.org"
    return "username", "alice", "bob"


@pytest.fixture(scope="module")
def own_users(names, tmp_path_factory):
    """Settings with a user model of our own, and a database that is ready for it."""
    folder = tmp_path_factory.mktemp("own_users")
    people = folder / "people"
    people.mkdir()
    (people / "__init__.py").touch()
    text = BY_ADDRESS if names[0] == "email" else BARE
    (people / "models.py").write_text(text, encoding="utf-8")
    path = folder / "own.sqlite3"
    environment = write_settings(folder, SETTINGS)
    environment |= {"DATABASE": str(path), "DATABASE_URL": f"sqlite:///{path}"}
    for command in (["makemigrations", "people"], ["migrate"]):
        code, said = manage(environment, *command)
        assert code == 0, said
    return environment


@pytest.fixture(scope="module")
def own_chat(names, own_users):
    """Let alice and bob sign up on the page. Return the server, and their browsers."""
    field, *both = names
    with serving("daphne", **own_users) as (server,):
        browsers = [PageBrowser(server) for _ in both]
        for browser, name in zip(browsers, both, strict=True):
            words = {"password1": WORD, "password2": WORD}
            lobby = browser.post("/accounts/signup/", **{field: name}, **words)
            assert name in lobby
        yield server, *browsers
