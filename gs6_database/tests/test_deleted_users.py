"""An administrator deletes an account: what it has said stays, under its name."""

import logging

import pytest
from accounts import make_user
from asgiref.sync import sync_to_async
from django.contrib.contenttypes.models import ContentType
from django.db import DataError
from leases import stay, there
from processes import TIMEOUT
from storage import fill, models, stored

UNAVAILABLE = 4503
ID = "6f1c9a3e-0b52-4c1e-9d53-1a2b3c4d5e6f"
SMILE = "\N{SLIGHTLY SMILING FACE}"
MANY = 5000  # messages


def delete(client, name):
    """Have an administrator delete an account on the page for it."""
    ContentType.objects.clear_cache()  # the table has been emptied
    client.force_login(make_user("boss", is_staff=True, is_superuser=True))
    path = f"/admin/auth/user/{make_user(name).pk}/delete/"
    assert client.post(path, {"post": "yes"}).status_code == 302
    return type(make_user("boss")).objects.filter(username=name).exists()


@pytest.mark.parametrize("seconds", [0, 50], ids=["is there", "ghost"])
def test_who_is_in_a_room_can_be_deleted(client, seconds):
    """Or was, when a server was killed: the lease goes with the account."""
    models()
    stay("bob", seconds=seconds)
    assert not delete(client, "bob")
    assert there() == []


def test_an_author_can_be_deleted(client):
    """However much it is, what was said stays, under the name it was said by."""
    fill(MANY, author="bob")
    assert not delete(client, "bob")
    rows = models().Message.objects
    assert rows.filter(name="bob", author=None).count() == MANY


async def test_the_history_still_names_who_was_deleted(open_client, client):
    """Each message has kept the name of its author; another may have it now."""
    await sync_to_async(fill)(3, author="bob")
    await sync_to_async(delete)(client, "bob")
    await sync_to_async(make_user)("bob")
    alice = await open_client("alice")
    frame = await alice.next_frame(type="history")
    found = [(row["user"], row["message"]) for row in frame["messages"]]
    assert found == [("bob", "1"), ("bob", "2"), ("bob", "3")]
    assert [row.author for row in await sync_to_async(stored)()] == 3 * [None]


async def test_a_new_name_is_that_of_new_messages(enter, open_client):
    """History says what was heard live, also after its author has got another name."""
    models()
    bob = await enter("bob")
    await bob.say("as bob")
    await bob.next_frame(type="ack")
    user = await sync_to_async(make_user)("bob")
    user.username = "robert"
    await user.asave()
    robert = await enter("robert")
    await robert.say("as robert")
    await robert.next_frame(type="ack")
    frame = await (await open_client("alice")).next_frame(type="history")
    found = [(row["user"], row["message"]) for row in frame["messages"]]
    assert found == [("bob", "as bob"), ("robert", "as robert")]


async def test_who_is_renamed_is_reached_by_the_new_name(enter):
    """Until the next look closes the connection: the database knows it by that. There
    is nobody by the old one.
    """
    models()
    alice, bob = await enter("alice"), await enter("bob", "blue")
    user = await sync_to_async(make_user)("bob")
    user.username = "robert"
    await user.asave()
    await alice.say("/pm robert psst")
    await bob.wait_for(type="private_message", message="psst")
    await alice.next_frame(type="private_message_delivered", target="robert")
    await alice.say("/pm bob psst")
    assert (await alice.next_frame(type="error"))["code"] == "not_here"


async def test_who_was_deleted_and_speaks_is_closed(enter, caplog):
    """With 4503, before the next look finds no user: one warning, which says that the
    database refuses, and not that it is lost; and no traceback.
    """
    models()
    bob = await enter("bob")
    user = await sync_to_async(make_user)("bob")
    await user.adelete()
    caplog.clear()
    await bob.say("hello")
    assert await bob.close_code() == UNAVAILABLE
    await bob.wait(TIMEOUT)
    (warning,) = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert "/ws/chat/red/: the database refuses: " in warning.getMessage()
    assert warning.exc_info is None
    assert await sync_to_async(stored)() == []


async def test_a_text_that_cannot_be_stored_is_refused_alone(enter, monkeypatch):
    """A database with another encoding has no letter for it: its sender is told, by the
    client_id, and stays.
    """
    models()
    alice = await enter("alice")
    spoil(monkeypatch)
    await alice.say(SMILE, client_id=ID)
    assert await alice.next_frame(type="error") == {
        "type": "error",
        "code": "invalid_message",
        "message": "the database has no letters for this text",
        "client_id": ID,
    }
    await alice.say("a smile", client_id=ID)
    assert (await alice.next_frame(type="ack"))["seq"] == 1


def test_it_takes_nobody_of_its_transaction_with_it(monkeypatch):
    """Those who are written together with it are stored, and numbered without a gap."""
    room, user = fill(0), make_user("bob")
    spoil(monkeypatch)
    from chat import store

    draft = {"author_id": user.pk, "name": "bob", "client_id": None}
    texts = ["a", SMILE, "b"]
    outcomes = store.save_all(room.pk, [draft | {"text": text} for text in texts])
    (one, new), refused, (two, also_new) = outcomes
    assert (one.seq, new, two.seq, also_new) == (1, True, 2, True)
    assert refused.frame["code"] == "invalid_message"


def spoil(monkeypatch):
    """Have the database know ASCII alone."""
    from chat import store

    insert = store.insert

    def insert_ascii(room_id, drafts):
        if any(not draft["text"].isascii() for draft in drafts):
            raise DataError("it has no equivalent")
        return insert(room_id, drafts)

    monkeypatch.setattr(store, "insert", insert_ascii)
