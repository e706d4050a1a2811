"""What the consumer survives that its layer does to it."""


async def test_a_full_channel_does_not_end_those_who_answer(enter, settings):
    """A roll call whose answers do not fit loses some; no member is lost."""
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels.layers.InMemoryChannelLayer",
            "CONFIG": {"capacity": 2},
        }
    }
    alice = await enter("alice")
    from channels.layers import get_channel_layer

    layer = get_channel_layer()
    for _ in range(2):
        await layer.send("full", {"type": "user.leave", "user": "nobody"})
    await layer.group_send(
        "room.red", {"type": "user.join", "user": "bob", "channel": "full"}
    )
    await alice.wait_for(type="user_join", user="bob")
    await alice.say("still here")
    await alice.wait_for(type="chat_message", message="still here")
