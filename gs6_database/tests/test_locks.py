"""Somebody else locks a room for long, or the whole of SQLite: who is not concerned is
served, and nobody is taken for gone.
"""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from locks import for_longer_than_a_lease, frames_up_to, gone, locked
from storage import models

UNAVAILABLE = 4503


@pytest.fixture
def people():
    """Be in rooms: a function that takes a server and names, each with a room."""
    models()
    with contextlib.ExitStack() as stack:

        def enter(server, **rooms):
            return [
                stack.enter_context(server.enter(name, room))
                for name, room in rooms.items()
            ]

        yield enter


@pytest.mark.parametrize("only", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("only")
def test_a_locked_room_does_not_stop_the_others(two_impatient, people):
    """Red is locked for longer than a lease, and six speak there and six want to come
    in. In blue each message is acknowledged in time. Who speaks in red is closed with
    4503, and who wants to come in refused; the log says why. Nobody is said to have
    left who is there, in either room or process. Then all works again.
    """
    one, other = two_impatient
    speakers = people(one, **{f"speaker-{n}": "red" for n in range(6)})
    frank, bob = people(one, frank="red", bob="blue")
    erin, carol = people(other, erin="red", carol="blue")
    doors = [one.door(f"newcomer-{n}") for n in range(6)]

    def speak():
        bob.say("in blue")
        bob.next_frame(type="ack")

    def knock(door):
        statuses = set()
        while not over.is_set():
            statuses.add(one.handshake_status(*door))
        return statuses

    over = threading.Event()
    with ThreadPoolExecutor(len(doors)) as pool, locked("red"):
        for speaker in speakers:
            speaker.say("in red")
        newcomers = [pool.submit(knock, door) for door in doors]
        try:
            for_longer_than_a_lease(speak)
        finally:
            over.set()
        assert [newcomer.result() for newcomer in newcomers] == 6 * [{403}]
        assert [each.close_code() for each in speakers] == 6 * [UNAVAILABLE]
    one.wait_for("/ws/chat/red/: the database is lost: canceling statement due to")
    for_longer_than_a_lease(speak)
    for speaker, others in ((erin, [frank]), (frank, [erin]), (bob, [carol])):
        speaker.say("that is all")
        speaker.next_frame(type="ack")
        for client in others:
            left = set(gone(frames_up_to(client, "that is all")))
            assert left <= {f"speaker-{n}" for n in range(6)}


@pytest.mark.parametrize("table", ["django_session", "chat_presence"])
@pytest.mark.parametrize("only", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("only")
def test_many_looks_at_a_locked_table_wait_once(two_impatient, people, table):
    """A migration locks what all connections look at. Ten in red fail together, after
    one patience and not after ten: bob, in blue, is served.
    """
    one, _ = two_impatient
    people(one, **{f"looker-{n}": "red" for n in range(10)})
    (bob,) = people(one, bob="blue")

    def speak():
        bob.say("in blue")
        bob.next_frame(type="ack")

    with locked(table=table):
        for_longer_than_a_lease(speak)


@pytest.mark.parametrize("only", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("only")
def test_who_reads_does_not_wait_for_long(two_impatient, people):
    """All is locked for longer than a lease. Those who speak, in three rooms, are
    closed with 4503; each sync of a fourth is answered in time. Nobody is said to have
    left, in either process: who could not renew does not judge. Then all works again.
    """
    one, other = two_impatient
    speakers = people(one, alice="red", bob="blue", carol="green")
    dora, frank = people(one, dora="white", frank="white")
    (erin,) = people(other, erin="white")

    def sync():
        dora.ask(type="sync", after=0)
        dora.next_frame(type="history")

    with locked("red"):
        for speaker in speakers:
            speaker.say("in vain")
        for_longer_than_a_lease(sync)
        assert [each.close_code() for each in speakers] == 3 * [UNAVAILABLE]
    one.wait_for("the database is lost: database is locked")
    for_longer_than_a_lease(sync)
    dora.say("that is all")
    dora.next_frame(type="ack")
    for client in (frank, erin):
        assert gone(frames_up_to(client, "that is all")) == []
