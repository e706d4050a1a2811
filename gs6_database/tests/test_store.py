"""Messages are numbered, and stored: many in one transaction, each once."""

import uuid

import pytest
from accounts import make_user
from django.db import IntegrityError, OperationalError
from storage import models, stored

NOBODY = 10**9  # no user has this number


@pytest.fixture
def save():
    """Save messages of one room in one batch. Return a number for each, and whether it
    is new, or the kind of its exception.
    """

    def save_batch(*drafts, room="red"):
        room, _ = models().Room.objects.get_or_create(name=room)
        from chat import store

        saved = store.save_all(room.pk, drafts)
        return [
            type(one) if isinstance(one, Exception) else (one[0].seq, one[1])
            for one in saved
        ]

    return save_batch


def draft(text="hello", author="alice", client_id=None):
    """Return what is to be stored of a message."""
    author_id = author if author == NOBODY else make_user(author).pk
    name = str(author)
    return {
        "author_id": author_id,
        "name": name,
        "text": text,
        "client_id": client_id,
    }


def new_id():
    """Return a client_id."""
    return str(uuid.uuid4())


def test_messages_are_numbered_from_one(save):
    """In the order in which they are given, over batches."""
    assert save(draft("a")) == [(1, True)]
    assert save(draft("b"), draft("c")) == [(2, True), (3, True)]
    assert [(row.seq, row.text) for row in stored()] == [(1, "a"), (2, "b"), (3, "c")]


def test_rooms_count_apart(save):
    """Each from one."""
    assert save(draft(), draft()) == [(1, True), (2, True)]
    assert save(draft(), room="blue") == [(1, True)]
    assert save(draft()) == [(3, True)]


def test_a_batch_costs_no_more_than_one_message(save, statements):
    """One transaction: the room is locked and counted on, and all are inserted."""
    models()
    one = [draft()]
    many = 20 * one
    save(*one)
    costs = []
    for drafts in (one, many):
        statements.clear()
        save(*drafts)
        costs.append(statements[1:])  # the first finds the room
    assert costs[0] == costs[1]
    assert costs[0].count("INSERT chat_message") == costs[0].count("COMMIT") == 1


def test_the_room_is_locked_before_anything_is_read(save, statements):
    """Two processes that had read the same number would both go on from there."""
    models()
    one = draft()
    save(one)
    statements.clear()
    save(one)
    assert statements[1] == "UPDATE chat_room"


def test_a_repeat_has_its_old_number(save):
    """And is not new."""
    models()
    client_id = new_id()
    assert save(draft(client_id=client_id)) == [(1, True)]
    assert save(draft()) == [(2, True)]
    assert save(draft(client_id=client_id)) == [(1, False)]
    assert len(stored()) == 2


def test_a_repeat_does_no_harm_to_its_batch(save):
    """The others are stored, in their order, and the numbers have no gap."""
    models()
    client_id = new_id()
    save(draft(client_id=client_id))
    batch = draft("a"), draft(client_id=client_id), draft("b")
    assert save(*batch) == [(2, True), (1, False), (3, True)]
    assert save(draft("c")) == [(4, True)]
    assert [row.text for row in stored()] == ["hello", "a", "b", "c"]


def test_a_repeat_may_be_in_the_same_batch(save):
    """The first of them is stored."""
    models()
    client_id = new_id()
    batch = 2 * [draft("one", client_id=client_id)]
    assert save(*batch, draft("three")) == [(1, True), (1, False), (2, True)]
    assert [row.text for row in stored()] == ["one", "three"]


def test_another_authors_client_id_is_no_repeat(save):
    """It is unique for a room and an author."""
    models()
    client_id = new_id()
    assert save(draft(client_id=client_id)) == [(1, True)]
    assert save(draft(author="bob", client_id=client_id)) == [(2, True)]
    assert save(draft(client_id=client_id), room="blue") == [(1, True)]


def test_without_a_client_id_nothing_is_a_repeat(save):
    """Not even in the singles that a batch with a repeat falls back to."""
    models()
    client_id = new_id()
    save(draft(client_id=client_id), draft())
    batch = draft(), draft(client_id=client_id), draft()
    assert save(*batch) == [(3, True), (1, False), (4, True)]


def test_a_message_whose_author_has_gone_fails_alone(save):
    """The account was deleted in between: the others of the batch are stored, and the
    numbers have no gap.
    """
    models()
    batch = draft("a"), draft("b", author=NOBODY), draft("c")
    assert save(*batch) == [(1, True), IntegrityError, (2, True)]
    assert save(draft("d", author=NOBODY)) == [IntegrityError]
    assert save(draft("e")) == [(3, True)]
    assert [row.text for row in stored()] == ["a", "c", "e"]


def test_an_error_of_the_database_is_no_answer(save, monkeypatch):
    """It is raised, and not taken for a repeat: nothing is known of any of them."""
    models()
    from chat import store

    one = draft()

    def fail(*args):
        raise OperationalError("the disk is away")

    with monkeypatch.context() as patch:
        patch.setattr(store, "insert", fail)
        with pytest.raises(OperationalError):
            save(one)
    assert save(one) == [(1, True)]
