"""Who is there stands in the database: a lease for each connection."""

from datetime import timedelta

import pytest
from accounts import make_user
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from leases import age, stay, there
from storage import models


@pytest.fixture
def lease():
    """Make leases, on the database alone."""

    def make(name, room="red", channel=None):
        room, _ = models().Room.objects.get_or_create(name=room)
        from chat import presence

        return presence.Lease(room.pk, make_user(name), channel or f"of {name}")

    return make


def test_each_change_says_who_was_there_and_who_is(lease):
    """So whoever changes something knows whom to tell of."""
    alice, bob = lease("alice"), lease("bob")
    assert alice.take() == (set(), {"alice"})
    assert bob.take() == ({"alice"}, {"alice", "bob"})
    assert alice.renew() == ({"alice", "bob"}, {"alice", "bob"})
    assert alice.give_back() == ({"alice", "bob"}, {"bob"})


def test_of_two_leases_of_a_user_the_last_counts(lease):
    """Two tabs are one user."""
    one, two = lease("alice", channel="one"), lease("alice", channel="two")
    assert one.take() == (set(), {"alice"})
    assert two.take() == ({"alice"}, {"alice"})
    assert one.give_back() == ({"alice"}, {"alice"})
    assert two.give_back() == ({"alice"}, set())


def test_a_connection_has_one_lease(lease):
    """Taken again it is renewed; the database would not have a second."""
    alice = lease("alice")
    alice.take()
    assert age("alice", 40) == 1
    assert alice.take() == ({"alice"}, {"alice"})
    assert there() == ["alice"]
    (row,) = models().Presence.objects.all()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(("seconds", "users"), [(40, {"alice", "bob"}), (50, {"bob"})])
@pytest.mark.parametrize("change", ["take", "renew"])
def test_a_lease_lasts_45_seconds(lease, change, seconds, users):
    """After that it is swept by whoever comes, or renews one of the same room."""
    alice, bob = lease("alice"), lease("bob")
    alice.take()
    bob.take()
    assert age("alice", seconds) == 1
    assert getattr(bob, change)() == ({"alice", "bob"}, users)
    assert there() == sorted(users)


def test_a_renewal_counts_from_now(lease):
    """A lease that is renewed in time is never swept."""
    alice, bob = lease("alice"), lease("bob")
    alice.take()
    bob.take()
    for _ in range(3):
        assert age("alice", 40) == 1
        assert alice.renew() == ({"alice", "bob"}, {"alice", "bob"})
        assert bob.renew() == ({"alice", "bob"}, {"alice", "bob"})
    age("alice", 50)
    assert bob.renew() == ({"alice", "bob"}, {"bob"})


def test_a_lease_that_was_swept_is_taken_again(lease):
    """Its process hung for a minute, and lives: at the next renewal its user is there
    again.
    """
    alice, bob = lease("alice"), lease("bob")
    alice.take()
    bob.take()
    age("alice", 50)
    assert bob.renew() == ({"alice", "bob"}, {"bob"})
    assert alice.renew() == ({"bob"}, {"alice", "bob"})
    assert there() == ["alice", "bob"]


def test_what_has_run_out_and_was_not_swept_is_renewed(lease):
    """Nobody has been told of a leave, so there is no join."""
    alice = lease("alice")
    alice.take()
    age("alice", 50)
    assert alice.renew() == ({"alice"}, {"alice"})
    assert lease("bob").take() == ({"alice"}, {"alice", "bob"})


def test_another_room_is_not_swept(lease):
    """There nobody could be told."""
    stay("carol", "blue", seconds=50)
    stay("carol", "red", seconds=50)
    age("carol", 50)
    assert lease("alice").take() == ({"carol"}, {"alice"})
    assert there("blue") == ["carol"]


def test_a_lease_that_is_gone_can_be_given_back(lease):
    """Swept before the connection ended: nothing changes."""
    alice, bob = lease("alice"), lease("bob")
    alice.take()
    bob.take()
    assert alice.give_back() == ({"alice", "bob"}, {"bob"})
    assert alice.give_back() == ({"bob"}, {"bob"})


def test_the_database_has_the_clock(lease, monkeypatch):
    """The clocks of two servers may differ: a lease is dated by what both ask."""
    alice, bob = lease("alice"), lease("bob")
    alice.take()
    wrong = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: wrong)
    bob.take()
    bob.renew()
    recent = Now() - timedelta(seconds=20), Now() + timedelta(seconds=20)
    assert models().Presence.objects.filter(renewed__range=recent).count() == 2
