"""Who is there stands in the database: a lease for each connection."""

from datetime import timedelta

import pytest
from accounts import make_user
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from leases import age, there
from storage import models


@pytest.fixture
def lease():
    """Make leases, on the database alone."""

    def make(name, room="red", channel=None):
        room, _ = models().Room.objects.get_or_create(name=room)
        from chat import presence

        return presence.Lease(room.pk, make_user(name), channel or f"of {name}")

    return make


def test_each_change_says_whether_it_is_news(lease):
    """So whoever changes something knows whether to tell of it. All who are there can
    be asked for.
    """
    alice, bob = lease("alice"), lease("bob")
    assert alice.take() is True
    assert bob.take() is True
    assert alice.renew() is True
    assert alice.users() == {"alice", "bob"}
    assert alice.give_back() is True
    assert bob.users() == {"bob"}


def test_of_two_leases_of_a_user_the_last_counts(lease):
    """Two tabs are one user."""
    one, two = lease("alice", channel="one"), lease("alice", channel="two")
    assert one.take() is True
    assert two.take() is False
    assert one.users() == {"alice"}
    assert one.give_back() is False
    assert two.give_back() is True


def test_a_connection_has_one_lease(lease):
    """The database would not have a second."""
    lease("alice").take()
    with pytest.raises(IntegrityError), transaction.atomic():
        lease("alice").take()
    assert there() == ["alice"]


def test_a_renewal_counts_from_now(lease):
    """And says that the lease was there."""
    alice = lease("alice")
    alice.take()
    assert age("alice", 40) == 1
    assert alice.renew() is True
    recent = models().Presence.objects.filter(renewed__gte=Now() - timedelta(seconds=9))
    assert recent.count() == 1


def test_a_lease_that_was_swept_is_missed_at_its_renewal(lease):
    """Its process hung for a minute, and lives: then it is taken again, which is news
    if its user has no other.
    """
    alice, bob = lease("alice"), lease("bob")
    alice.take()
    bob.take()
    models().Presence.objects.filter(user__username="alice").delete()
    assert alice.renew() is False
    assert there() == ["bob"]
    assert alice.take() is True
    assert there() == ["alice", "bob"]


def test_what_has_run_out_and_was_not_swept_is_renewed(lease):
    """Nobody has been told of a leave, so there is no join."""
    alice = lease("alice")
    alice.take()
    age("alice", 50)
    assert alice.renew() is True
    assert lease("alice", channel="a new one").take() is False


def test_a_lease_that_is_gone_can_be_given_back(lease):
    """Swept before the connection ended: nothing changes, and nobody is told again."""
    alice, bob = lease("alice"), lease("bob")
    alice.take()
    bob.take()
    assert alice.give_back() is True
    assert alice.give_back() is False
    assert bob.users() == {"bob"}


def test_a_room_has_its_own(lease):
    """Alice is in two; she leaves one."""
    red, blue = lease("alice"), lease("alice", "blue", "another")
    assert [red.take(), blue.take()] == [True, True]
    assert red.give_back() is True
    assert blue.users() == {"alice"}


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
