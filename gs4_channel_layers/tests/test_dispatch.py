"""The dispatch that saves a visit to the database's thread with each event."""

import importlib.util

import channels.consumer
import channels.generic.websocket
import pytest
from channels.consumer import AsyncConsumer

BASE = "chat.resilience"


@pytest.fixture
def visits(monkeypatch):
    """The visits to the database's thread, counted."""
    made = []

    async def visit():
        made.append(1)

    for module in (channels.consumer, channels.generic.websocket):
        monkeypatch.setattr(module, "aclose_old_connections", visit)
    return made


async def test_channels_still_makes_the_visit(visits):
    """A canary: if this fails, Channels no longer visits the database's thread before
    each event. Then delete dispatch() in chat/resilience.py, and this file.
    """
    assert importlib.util.find_spec(BASE), "there is no base class"

    class Consumer(AsyncConsumer):
        async def hello(self, event):
            pass

    await Consumer().dispatch({"type": "hello"})
    assert visits == [1], "Channels makes the visit no longer: delete dispatch()"


async def test_the_chat_makes_one_visit_at_the_end(visits, open_client):
    """A message goes through without the thread."""
    alice = await open_client("alice")
    await alice.say("hello")
    await alice.wait_for(type="chat_message", message="hello")
    assert visits == []
    await alice.disconnect()
    assert visits == [1]


async def test_the_type_names_the_handler():
    """It calls what Channels would call."""
    assert importlib.util.find_spec(BASE), "there is no base class"
    from chat.resilience import ResilientConsumer

    class Consumer(ResilientConsumer):
        async def chat_message(self, event):
            self.got = event

    consumer = Consumer()
    await consumer.dispatch({"type": "chat.message", "n": 1})
    assert consumer.got == {"type": "chat.message", "n": 1}


@pytest.mark.parametrize("type", ["unknown", "_private"])
async def test_an_unknown_type_is_an_error(type):
    """As in Channels: a message that nothing handles is a mistake in our code."""
    assert importlib.util.find_spec(BASE), "there is no base class"
    from chat.resilience import ResilientConsumer

    class Consumer(ResilientConsumer):
        async def _private(self, event):
            pytest.fail("it was called")

    with pytest.raises(ValueError, match="message"):
        await Consumer().dispatch({"type": type})
