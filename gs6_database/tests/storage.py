"""What is stored, and where."""

from pathlib import Path
from urllib.parse import quote, urlencode

from accounts import make_user
from django.apps import apps
from django.db import connection


def models():
    """Return the module of the models."""
    assert apps.get_app_config("chat").models_module, "nothing is stored of a chat"
    from chat import models

    return models


def fill(number, room="red", author="alice", text=str, client_id=None):
    """Store messages of a room, as many, and tell nobody. Return the room.

    text makes the text of a message from its number.
    """
    room, _ = models().Room.objects.get_or_create(name=room)
    from chat.store import insert

    author_id = make_user(author).pk
    draft = {"author_id": author_id, "name": author, "client_id": client_id}
    insert(room.pk, [draft | {"text": text(n)} for n in range(1, number + 1)])
    return room


def stored(room="red"):
    """Return the messages of a room in the order of their numbers."""
    return list(models().Message.objects.filter(room__name=room).order_by("seq"))


def database_environment():
    """Return what tells another process of the test database."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        path = quote(Path(database["NAME"]).as_posix(), safe="/:")
        return {"DATABASE_URL": f"sqlite:///{path}"}
    user, password, host, name = [
        quote(database[key], safe="") for key in ("USER", "PASSWORD", "HOST", "NAME")
    ]
    port = f":{database['PORT']}" if database["PORT"] else ""
    # Those of the server itself come from its settings.
    ours = {"options", "connect_timeout"}
    options = urlencode({k: v for k, v in database["OPTIONS"].items() if k not in ours})
    url = f"postgresql://{user}:{password}@{host}{port}/{name}?{options}"
    return {"DATABASE_URL": url}
