"""The chat is complete without resilience.py: its tests pass on Channels' own base
class, too.
"""

import importlib.util
import inspect

import pytest
from channels.generic.websocket import AsyncJsonWebsocketConsumer


@pytest.fixture(autouse=True)
def plain():
    """Put Channels' own base class under the chat."""
    from chat.consumers import ChatConsumer

    ours, plain = ChatConsumer.__bases__, (AsyncJsonWebsocketConsumer,)
    assert ours != plain, "there is no class between"
    ChatConsumer.__bases__ = plain
    yield
    ChatConsumer.__bases__ = ours


for module in ("test_chat", "test_nicks"):
    if importlib.util.find_spec(module):
        for name, test in vars(importlib.import_module(module)).items():
            # Not those with real servers, where it would not be so.
            if name.startswith("test_") and inspect.iscoroutinefunction(test):
                globals()[name] = test
