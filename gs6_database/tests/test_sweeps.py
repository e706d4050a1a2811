"""Leases that have run out are ended, in all rooms, by whoever renews in time."""

import time

import pytest
from leases import age, stay, there
from storage import models


@pytest.fixture
def sweep():
    """End what has run out. Return who has left, by room."""
    models()
    from chat import presence

    return presence.sweep


@pytest.fixture
def punctuality(settings, monkeypatch):
    """Whether a process is in time, with a lease of 45 s and a look each 20 s: a clock
    that can be set, and what notes a renewal and says whether it may judge.
    """
    models()
    from chat.presence import Punctuality

    settings.LEASE_SECONDS, settings.SESSION_CHECK_SECONDS = 45, 20
    subject, now = Punctuality(), [1000]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def wait(seconds, renew=True):
        now[0] += seconds
        if renew:
            subject.note()
        return subject.may_judge()

    return wait


@pytest.mark.usefixtures("punctual")
@pytest.mark.parametrize(("seconds", "gone"), [(40, set()), (50, {"alice"})])
def test_a_lease_lasts_45_seconds(sweep, seconds, gone):
    """After that it is ended, and its user has left."""
    stay("alice", seconds=seconds)
    stay("bob")
    assert sweep() == ({"red": gone} if gone else {})
    assert there() == sorted({"alice", "bob"} - gone)


@pytest.mark.usefixtures("punctual")
def test_all_rooms_are_swept(sweep):
    """Also one that nobody enters any more: else its ghosts would be there for ever."""
    for room in ("red", "blue", "green"):
        stay("carol", room, seconds=50)
    stay("bob", "green")
    assert sweep() == {room: {"carol"} for room in ("red", "blue", "green")}
    assert [there(room) for room in ("red", "blue", "green")] == [[], [], ["bob"]]
    assert sweep() == {}


@pytest.mark.usefixtures("punctual")
def test_who_has_another_lease_has_not_left(sweep):
    """Carol's old server was killed, and she is here: the old lease goes without a
    word.
    """
    stay("carol", seconds=50)
    models().Presence.objects.update(channel="the old one")
    age("carol", 50)
    room = models().Room.objects.get()
    models().Presence.objects.create(
        room=room, user=models().Presence.objects.get().user, channel="the new one"
    )
    assert sweep() == {"red": set()}
    assert list(models().Presence.objects.values_list("channel", flat=True)) == [
        "the new one"
    ]


def test_who_has_just_begun_judges_nobody(punctuality):
    """For as long as a lease lasts: others may only now be able to renew theirs."""
    assert [punctuality(20) for _ in range(3)] == [False, False, False]
    assert punctuality(20) is True


@pytest.mark.parametrize("seconds", [26, 43, 3600])
def test_who_was_late_judges_nobody(punctuality, seconds):
    """What held it up may have held up others, and of these the lease of whoever was to
    renew next has run out after 25 s. It may judge again when it has been in time for
    as long as a lease lasts.
    """
    for _ in range(5):
        punctuality(20)
    assert punctuality(seconds) is False
    assert [punctuality(20) for _ in range(3)] == [False, False, True]


def test_who_could_not_renew_does_not_sweep(sweep, punctuality):
    """Carol's lease has run out, but so has everybody's: she stays."""
    from chat import presence

    stay("carol", seconds=50)
    presence.punctuality.__init__()
    presence.punctuality.note()
    assert sweep() == {}
    assert there() == ["carol"]


@pytest.mark.parametrize(("late", "is_found"), [(False, False), (True, True)])
def test_while_nobody_can_renew_all_are_there(monkeypatch, late, is_found):
    """A private message is then for whoever had a lease: it is no sign that somebody
    has gone that it has run out.
    """
    models()
    from chat import presence

    carol = stay("carol", seconds=50).user_id
    monkeypatch.setattr(presence.punctuality, "is_late", lambda: late)
    assert presence.find_user("carol") == (carol if is_found else None)
    assert presence.find_user("nobody") is None
