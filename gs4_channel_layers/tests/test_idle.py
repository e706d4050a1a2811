"""Redis, or what is in between, closes a connection that is idle: that is no outage."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from servers import serving
from valkeys import let_connections_idle, use

KINDS = ["pubsub", "queue"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["daphne", "uvicorn"])
def test_the_first_to_speak_after_a_pause_is_heard(start_valkey, name, kind):
    """The connection is replaced and the message sent again: nobody is closed."""
    valkey = start_valkey()
    environment = {"REDIS_URL": valkey.connection_url, "REDIS_LAYER": kind}
    with (
        serving(name, **environment) as [server],
        server.enter("alice") as alice,
        server.enter("bob") as bob,
    ):
        let_connections_idle(valkey)
        alice.say("hello")
        for client in (alice, bob):
            client.wait_for(type="chat_message", message="hello")


@pytest.mark.parametrize("kind", KINDS)
async def test_the_form_announces_after_a_pause(
    enter, async_client, settings, start_valkey, kind
):
    """An announcement is heard as well, and the form does not answer 503."""
    valkey = start_valkey()
    use(settings, kind, valkey.connection_url)
    alice = await enter("alice")
    await async_client.post("/announce/", {"message": "before"})
    await asyncio.to_thread(let_connections_idle, valkey)
    response = await async_client.post("/announce/", {"message": "after"})
    assert response.status_code == 302
    await alice.wait_for(type="announcement", message="after")


@pytest.mark.parametrize("kind", KINDS)
async def test_the_command_announces_after_a_pause(enter, settings, start_valkey, kind):
    """So does the command, where it is called in a process that has a pool."""
    valkey = start_valkey()
    use(settings, kind, valkey.connection_url)
    alice = await enter("alice")
    announce = sync_to_async(call_command)
    await announce("announce", "before")
    await asyncio.to_thread(let_connections_idle, valkey)
    await announce("announce", "after")
    await alice.wait_for(type="announcement", message="after")
