"""What is lost without an error: more messages than a channel holds."""

import asyncio

CAPACITY = 100  # the default of Channels
BURST = 150


def use(settings, backend, **config):
    """Put a channel layer into the settings."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": config}}


async def burst(open_client, monkeypatch):
    """Send a burst to a member whose handler is busy; return what it gets later."""
    bob = await open_client("bob")
    await bob.wait_for(type="user_join")
    from channels.layers import get_channel_layer

    from chat.consumers import ChatConsumer

    busy, free = asyncio.Event(), asyncio.Event()

    async def slow(self, event):
        busy.set()
        await free.wait()

    monkeypatch.setattr(ChatConsumer, "announcement", slow)
    layer = get_channel_layer()
    await layer.group_send("room.red", {"type": "announcement"})
    await busy.wait()
    for number in range(BURST):
        event = {"type": "chat.message", "text": f'{{"number": {number}}}'}
        await layer.group_send("room.red", event)
    free.set()
    got = []
    while not await bob.receive_nothing():
        got.append((await bob.next_json())["number"])
    return got


async def test_in_memory_what_is_over_capacity_is_lost(
    open_client, settings, monkeypatch
):
    """Of 150 messages the first 100 arrive. Nobody is told of the others: no exception,
    no line in the log.
    """
    use(settings, "channels.layers.InMemoryChannelLayer", capacity=CAPACITY)
    assert await burst(open_client, monkeypatch) == list(range(CAPACITY))


async def test_the_queue_layer_loses_them_too_and_logs_it(
    open_client, settings, monkeypatch, redis_url, caplog
):
    """Of 150 messages the first 100 arrive. Each other is a line in the log (INFO)."""
    backend = "channels_redis.core.RedisChannelLayer"
    use(settings, backend, hosts=[redis_url], capacity=CAPACITY)
    caplog.set_level("INFO", "channels_redis")
    assert await burst(open_client, monkeypatch) == list(range(CAPACITY))
    said = [text for text in caplog.messages if "over capacity" in text]
    assert said == ["1 of 1 channels over capacity in group room.red"] * 50


async def test_pubsub_has_no_capacity(open_client, settings, monkeypatch, redis_url):
    """All 150 arrive. They wait in the memory of the process, without a bound."""
    use(settings, "channels_redis.pubsub.RedisPubSubChannelLayer", hosts=[redis_url])
    assert await burst(open_client, monkeypatch) == list(range(BURST))


async def test_our_capacity_is_higher(open_client, settings, monkeypatch):
    """With the layer of the settings nothing of the burst is lost."""
    layers = getattr(settings, "LAYERS", {})
    assert "memory" in layers
    settings.CHANNEL_LAYERS = {"default": layers["memory"]}
    assert await burst(open_client, monkeypatch) == list(range(BURST))


async def test_pubsub_loses_what_nobody_reads(open_client, settings, redis_url):
    """A message to a channel without a reader is kept by the queue layer only."""
    await open_client("alice")
    from channels.layers import get_channel_layer

    backends = {
        "channels_redis.core.RedisChannelLayer": True,
        "channels_redis.pubsub.RedisPubSubChannelLayer": False,
    }
    for backend, kept in backends.items():
        use(settings, backend, hosts=[redis_url])
        layer = get_channel_layer()
        await layer.send("nobody-reads-this", {"type": "hello"})
        try:
            async with asyncio.timeout(0.2):
                got = await layer.receive("nobody-reads-this")
        except TimeoutError:
            got = None
        assert (got == {"type": "hello"}) is kept
