"""An application that is cancelled, as Daphne does with one that takes too long."""

import asyncio
import contextlib
import importlib.util

from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer


async def cancel(client):
    """Cancel the application of a client, and wait until it has ended."""
    client.future.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await client.future


def members():
    """Return the channels that are in any group."""
    return set().union(*get_channel_layer().groups.values())


async def test_who_is_cancelled_leaves(enter):
    """The room is told, and no group keeps the channel."""
    bob, alice = await enter("bob"), await enter("alice")
    before = members()
    await cancel(alice)
    await bob.wait_for(type="user_leave", user="alice")
    assert len(before) == 2
    assert len(members()) == 1


async def test_who_is_cancelled_at_the_door_leaves(enter, monkeypatch):
    """So does who has joined its groups, and waits in connect() for something else."""
    assert importlib.util.find_spec("chat.resilience"), "nothing is survived"
    from chat.consumers import ChatConsumer
    from config.asgi import application

    bob, guest = await enter("bob"), await enter("alice", "blue")
    before = members()

    async def wait_for_ever(self):
        await asyncio.Event().wait()

    monkeypatch.setattr(ChatConsumer, "accept", wait_for_ever)
    scope = {**guest.scope, "path": "/ws/chat/red/"}
    alice = ApplicationCommunicator(application, scope)
    await alice.send_input({"type": "websocket.connect"})
    await bob.wait_for(type="user_join", user="alice")
    assert len(members()) == 1 + len(before)
    await cancel(alice)
    await bob.wait_for(type="user_leave", user="alice")
    assert members() == before
