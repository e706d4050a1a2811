"""A message is stored, then told to the room, then acknowledged."""

import json
import uuid

from accounts import make_user
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.core.serializers.json import DjangoJSONEncoder
from django.db.backends.base.base import BaseDatabaseWrapper
from storage import models, stored


def test_what_is_acknowledged_is_stored(two_fast):
    """When the ack arrives, anybody can read the message."""
    models()
    with two_fast[0].enter("alice") as alice:
        for number in range(1, 11):
            alice.say(f"the message {number}")
            assert alice.next_frame(type="ack")["seq"] == number
            assert stored()[-1].text == f"the message {number}"


async def test_first_commit_then_tell_then_acknowledge(enter, monkeypatch):
    """Told before, others would show what may not be stored in the end; acknowledged
    before, the sender would not repeat what nobody was told.
    """
    models()
    alice = await enter("alice")
    from chat.consumers import ChatConsumer

    done = []
    layer = get_channel_layer()
    commit, tell, send = (
        BaseDatabaseWrapper._commit,
        layer.group_send,
        ChatConsumer.send_json,
    )

    def note_commit(self):
        commit(self)
        done.append("commit")

    async def note_tell(group, event):
        done.append(event["type"])
        await tell(group, event)

    async def note_send(self, content):
        done.append(content["type"])
        await send(self, content)

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", note_commit)
    monkeypatch.setattr(layer, "group_send", note_tell)
    monkeypatch.setattr(ChatConsumer, "send_json", note_send)
    await alice.say("hello")
    await alice.next_frame(type="ack")
    assert done == ["commit", "chat.message", "ack"]


async def test_a_message_is_told_as_it_is_stored(enter):
    """With its number, its client_id, and when it was said."""
    models()
    alice, client_id = await enter("alice"), str(uuid.uuid4())
    await alice.say("hello", client_id=client_id)
    frame = await alice.next_frame(type="chat_message")
    (row,) = await sync_to_async(stored)()
    assert frame == {
        "type": "chat_message",
        "user": "alice",
        "message": "hello",
        "seq": row.seq,
        "client_id": client_id,
        "created": json.loads(json.dumps(row.created, cls=DjangoJSONEncoder)),
    }
    assert row.author_id == (await sync_to_async(make_user)("alice")).pk


async def test_the_ack_goes_to_the_sender_alone(enter):
    """Not to others, nor to the sender's other tab: they get the next message next."""
    models()
    alice, tab, bob = await enter("alice"), await enter("alice"), await enter("bob")
    await bob.next_frame(type="user_list")
    await tab.next_frame(type="user_join", user="bob")
    await alice.say("one")
    assert await alice.next_frame(type="ack") == {
        "type": "ack",
        "client_id": None,
        "seq": 1,
    }
    await alice.say("two")
    for client in (tab, bob):
        assert (await client.next_frame())["message"] == "one"
        assert (await client.next_frame())["message"] == "two"
