"""Async called from sync and sync from async, in the wrong way: what Python says."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.test import override_settings

from course.mistakes import threads
from course.tests.mistakes_help import IN_MEMORY, Connection, error_of, frame


@pytest.fixture(autouse=True)
def layer() -> Iterator[None]:
    """Have an empty layer in memory."""
    with override_settings(CHANNEL_LAYERS=IN_MEMORY):
        yield


@pytest.mark.parametrize(
    "consumer",
    [threads.SyncCallInAsync, threads.AwaitsSyncCall, threads.CallsAnnounce],
    ids=lambda consumer: consumer.__name__,
)
async def test_async_to_sync_is_for_threads_without_a_loop(consumer: Any) -> None:
    """In a coroutine one awaits; awaiting async_to_sync() is one of two too many."""
    assert await error_of(consumer, frame("hello")) == (
        "RuntimeError: "
        "You cannot use AsyncToSync in the same thread as an async event loop"
        " - just await the async function directly."
    )


async def test_a_sync_function_that_uses_it_wants_a_thread() -> None:
    """sync_to_async(announce) is the cure: async_to_sync() then finds no loop there."""
    layer = get_channel_layer()
    await layer.group_add("red", "mine")
    await sync_to_async(threads.announce)("hello")
    assert await layer.receive("mine") == {"type": "chat.message", "text": "hello"}


async def test_a_sync_consumer_must_wrap_the_layer() -> None:
    """Without async_to_sync() nobody joins: the connection is accepted all the same."""
    client = Connection(threads.ForgetsAsyncToSync.as_asgi())
    said = "coroutine 'InMemoryChannelLayer.group_add' was never awaited"
    with pytest.warns(RuntimeWarning, match=said):
        await client.open()
    assert get_channel_layer().groups == {}
    client.stop()


@pytest.mark.parametrize(
    "consumer",
    [threads.WrapsCoroutine, threads.WrapsResult],
    ids=lambda consumer: consumer.__name__,
)
async def test_sync_to_async_wants_a_sync_function(consumer: Any) -> None:
    """A coroutine function is awaited as it is; of a result there is nothing to run."""
    said = "TypeError: sync_to_async can only be applied to sync functions."
    assert await error_of(consumer, frame("hello")) == said


async def test_a_plain_function_cannot_be_awaited() -> None:
    """It has run when Python finds that it gave nothing to await."""
    said = await error_of(threads.AwaitsPlainFunction, frame("hello"))
    assert said in (
        "TypeError: object NoneType can't be used in 'await' expression",
        "TypeError: 'NoneType' object can't be awaited",  # newer Pythons
    )


def test_what_waits_in_one_loop_is_of_no_use_in_another() -> None:
    """A lock, queue or client kept in a module belongs to the loop that used it."""

    take_turns: Any = threads.take_turns

    async def contend() -> None:
        await asyncio.gather(take_turns(), take_turns())

    asyncio.run(contend())
    with pytest.raises(RuntimeError, match="is bound to a different event loop"):
        asyncio.run(contend())
