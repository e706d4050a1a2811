"""What the event loop gives, and what takes it away again."""

import asyncio
import json
import threading
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async


class Ticks:
    """The ticks of all countdowns, in place of asyncio.sleep."""

    def __init__(self):
        self.threads = set()
        self.running = self.most = 0
        self.lock = threading.Lock()

    def enter(self):
        """Note that a tick begins."""
        with self.lock:
            self.threads.add(threading.get_ident())
            self.running += 1
            self.most = max(self.most, self.running)

    def leave(self):
        """Note that a tick ends."""
        with self.lock:
            self.running -= 1

    def block(self):
        """Be a call that blocks its thread, as time.sleep does."""
        self.enter()
        threading.Event().wait(0.01)
        self.leave()


@pytest.fixture
def ticks():
    """Watch the ticks."""
    return Ticks()


@pytest.fixture
def tick_with(monkeypatch):
    """Have the countdown wait with another function than asyncio.sleep."""

    def use(function):
        fake = SimpleNamespace(sleep=function)
        monkeypatch.setattr("chat.consumers.asyncio", fake, raising=False)

    return use


async def count_down(open_client, prefix, connections):
    """Run that many countdowns at once, to the end."""

    async def run():
        client = await open_client(f"{prefix}countdown/2/")
        assert [await client.next_message() for _ in range(3)] == ["2", "1", "0"]
        assert await client.close_code() == 1000

    await asyncio.gather(*[run() for _ in range(connections)])


async def test_twenty_countdowns_run_at_once(open_client, prefix, ticks, tick_with):
    """Twenty countdowns are in a tick at the same time, all on the event loop."""
    barrier = asyncio.Barrier(20)

    async def tick(seconds):
        ticks.enter()
        await barrier.wait()  # a tick ends only when all twenty are in it
        ticks.leave()

    tick_with(tick)
    await count_down(open_client, prefix, 20)
    assert ticks.most == 20
    assert ticks.threads == {threading.get_ident()}


async def test_one_blocking_call_stalls_everybody(
    open_client, prefix, ticks, tick_with
):
    """While a handler blocks, as with time.sleep, nothing else runs on the loop."""
    beats = []
    missed = []

    async def beat():
        while True:
            beats.append(1)
            await asyncio.sleep(0)

    async def tick(seconds):
        before = len(beats)
        ticks.block()
        missed.append(len(beats) == before)
        await asyncio.sleep(0)

    tick_with(tick)
    heart = asyncio.create_task(beat())
    await count_down(open_client, prefix, 5)
    heart.cancel()
    assert len(beats) > 0
    assert missed == [True] * 15
    assert ticks.most == 1


async def test_sync_to_async_shares_one_thread(open_client, prefix, ticks, tick_with):
    """sync_to_async frees the loop, but its calls queue up in one thread."""

    async def tick(seconds):
        await sync_to_async(ticks.block)()

    tick_with(tick)
    await count_down(open_client, prefix, 5)
    assert ticks.most == 1
    assert len(ticks.threads) == 1
    assert ticks.threads != {threading.get_ident()}


async def test_thread_sensitive_false_runs_side_by_side(
    open_client, prefix, ticks, tick_with
):
    """With thread_sensitive=False each call takes a thread of the pool."""
    barrier = threading.Barrier(5)

    def block():
        ticks.enter()
        barrier.wait(5)  # a tick ends only when all five are in it
        ticks.leave()

    async def tick(seconds):
        await sync_to_async(block, thread_sensitive=False)()

    tick_with(tick)
    await count_down(open_client, prefix, 5)
    assert ticks.most == 5
    assert threading.get_ident() not in ticks.threads


@pytest.fixture
def slow_echo(monkeypatch, ticks):
    """Have the echo take its time for each message."""
    from chat.consumers import EchoConsumer

    quick = EchoConsumer.websocket_receive

    async def slow(self, event):
        ticks.enter()
        await asyncio.sleep(0.01)
        ticks.leave()
        await quick(self, event)

    monkeypatch.setattr(EchoConsumer, "websocket_receive", slow)


async def test_one_connection_has_one_event_at_a_time(
    open_client, prefix, ticks, slow_echo
):
    """Three slow messages on one connection are handled one after the other."""
    client = await open_client(prefix)
    for text in "abc":
        await client.send_to(text_data=text)
    assert [await client.next_message() for _ in range(3)] == ["a", "b", "c"]
    assert ticks.most == 1


async def test_three_connections_have_three_at_a_time(
    open_client, prefix, ticks, slow_echo
):
    """The same three messages on three connections are handled at once."""
    clients = [await open_client(prefix) for _ in range(3)]
    for client in clients:
        await client.send_to(text_data="a")
    assert [await client.next_message() for client in clients] == ["a"] * 3
    assert ticks.most == 3


async def test_a_busy_handler_does_not_see_its_client_leave(open_client, prefix):
    """A disconnect waits, like any event, until the handler before it has ended."""
    client = await open_client(f"{prefix}countdown/3/")
    assert await client.next_message() == "3"
    await client.send_input({"type": "websocket.disconnect", "code": 1001})
    assert [await client.next_message() for _ in range(3)] == ["2", "1", "0"]


@pytest.mark.parametrize("name", ["daphne", "uvicorn"])
def test_even_async_consumers_need_a_thread(start_server, prefix, name):
    """One thread is started by the first event: Channels visits it at every event, to
    close old database connections."""
    if name == "uvicorn":
        pytest.importorskip("uvicorn")
    server = start_server(name, "tests.counting:application")
    before = json.loads(server.get("/count/"))["threads"]
    assert server.count()["threads"] == before + 1
    assert server.count()["threads"] == before + 1
