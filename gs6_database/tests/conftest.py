"""What every test may ask for: real servers, and the application without a server.

Fixtures that are imported here are found like those that stand here.
"""

import pytest
from accounts import log_in, make_user, page
from asgiref.sync import sync_to_async
from clients import Client
from databases import (
    close_connections,
    database,
    django_db_modify_db_settings,
    fresh_rooms,
    leave_empty,
    only,
    postgresql_url,
    queries,
    statements,
    together,
    two_fast,
    wait_until_all_have_left,
)
from django.apps import apps
from django.db import connection
from leases import punctual
from locks import two_impatient
from own_users import names, own_chat, own_users
from processes import TIMEOUT
from storage import fill
from topologies import (
    keep,
    redis_url,
    server,
    start_server,
    start_valkey,
    two_in_memory,
    two_on_redis,
)


def pytest_collection_modifyitems(items):
    """Give each test a database, which is emptied after it.

    Nothing less would do: consumers use a connection of their own, in a thread.
    """
    if apps.is_installed("django.contrib.auth"):
        for item in items:
            item.add_marker(pytest.mark.django_db(transaction=True))
    if apps.get_app_config("chat").models_module:
        items[:] = filter(is_of_this_database, items)


def is_of_this_database(item):
    """Return whether a test is not about the other kind of database alone."""
    params = getattr(item, "callspec", None) and item.callspec.params
    return (params or {}).get("only", connection.vendor) == connection.vendor


@pytest.fixture
def client(client):
    """Django's client, logged in."""
    if apps.is_installed("django.contrib.auth"):
        client.force_login(make_user("visitor"))
    return client


@pytest.fixture
def async_client(async_client):
    """Django's asynchronous client, logged in."""
    if apps.is_installed("django.contrib.auth"):
        async_client.force_login(make_user("visitor"))
    return async_client


@pytest.fixture(autouse=True)
def fresh_layer(settings):
    """Give each test an in-memory layer of its own; groups would outlive it."""
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    }


@pytest.fixture
def look_often(monkeypatch):
    """Have each connection look again after 0.05 s."""
    import chat.consumers

    monkeypatch.setattr(chat.consumers.ChatConsumer, "look_seconds", 0.05)


@pytest.fixture
def new_session():
    """Make sessions of alice."""
    return sync_to_async(lambda: log_in("alice"))


@pytest.fixture
async def open_client():
    """Open connections to the application; they are closed with the test."""
    from config.asgi import application

    clients = []

    async def open_one(name, room="red", session_key=None, query=""):
        session_key = session_key or await sync_to_async(log_in)(name)
        path = f"/ws/chat/{room}/{query}"
        client = Client(application, path, page(session_key))
        accepted, _ = await client.connect(TIMEOUT)
        assert accepted, f"{name} was refused"
        clients.append(client)
        return client

    yield open_one
    for client in clients:
        # A message that did not arrive has ended the application already.
        if not client.future.cancelled():
            await client.disconnect(timeout=TIMEOUT)


@pytest.fixture
async def enter(open_client):
    """Open connections that are in their rooms."""

    async def enter_one(name, room="red", session_key=None):
        client = await open_client(name, room, session_key)
        await client.wait_for(type="user_join", user=name)
        return client

    return enter_one


@pytest.fixture
async def member(enter):
    """Enter a room in which as many messages have been said."""

    async def enter_one(number):
        await sync_to_async(fill)(number)
        return await enter("alice")

    return enter_one
