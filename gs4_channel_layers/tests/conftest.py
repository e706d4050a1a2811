"""What every test may ask for: real servers, and the application without a server.

Fixtures that are imported here are found like those that stand here.
"""

import pytest
from clients import Client
from processes import TIMEOUT
from topologies import (
    keep,
    redis_url,
    server,
    start_server,
    start_valkey,
    two_in_memory,
    two_on_redis,
)


@pytest.fixture(autouse=True)
def fresh_layer(settings):
    """Give each test an in-memory layer of its own; groups would outlive it."""
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    }


@pytest.fixture
async def open_client():
    """Open connections to the application; they are closed with the test."""
    from config.asgi import application

    clients = []

    async def open_one(name, room="red"):
        client = Client(application, f"/ws/chat/{room}/?name={name}")
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

    async def enter_one(name, room="red"):
        client = await open_client(name, room)
        await client.wait_for(type="user_join", user=name)
        return client

    return enter_one
