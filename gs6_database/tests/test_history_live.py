"""History over real sockets: it arrives, and nothing falls behind it."""

import contextlib
import json
import threading
import uuid

import pytest
from history import BATCH, numbers, of
from storage import fill, models, stored

LIMIT = 2**15  # bytes of a frame: they take 2 s over a slow link
JOINS = 30


@pytest.mark.parametrize(
    "character",
    ["\x01", "\N{SLIGHTLY SMILING FACE}", '"'],
    ids=["control", "emoji", "quote"],
)
def test_a_full_frame_arrives(keep, character):
    """The longest messages of the longest names, in the characters that take the most
    room: fewer of them are in it, and there are more.
    """
    author = 150 * "\U00020000"  # a letter of four bytes
    fill(BATCH, author=author, text=lambda _: 2000 * character)
    for row in stored():
        row.client_id = uuid.uuid4()
        row.save()
    server = keep("daphne")
    path, headers = server.door("alice")
    with server.connect(f"{path}?after=0", additional_headers=headers) as alice:
        frames = [alice.recv(), alice.recv()]
    assert LIMIT / 2 < len(frames[1].encode()) <= LIMIT
    frame = json.loads(frames[1])
    assert numbers(frame) == of(1, frame["upto"])
    assert frame["more"]
    assert {(row["user"], row["message"]) for row in frame["messages"]} == {
        (author, 2000 * character)
    }


@contextlib.contextmanager
def talk(server):
    """Have somebody say one thing after another for the time of a with statement."""
    over = threading.Event()

    def run():
        while not over.wait(0.01):  # often enough, and not as fast as it can
            speaker.say("and")
            speaker.next_frame(type="ack")

    with server.enter("speaker") as speaker:
        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def test_nothing_falls_between_history_and_what_comes_live(two_fast):
    """Thirty come in while somebody talks, in one process or the other: each has, of
    its history and what came after it, every number from the first to the last.
    """
    models()
    with talk(two_fast[0]):
        for turn in range(JOINS):
            server = two_fast[turn % 2]
            path, headers = server.door("listener")
            with server.connect(path, additional_headers=headers) as listener:
                history = listener.next_frame(type="history")
                have = set(numbers(history))
                while max(have, default=0) < history["upto"] + 3:
                    have.add(listener.next_frame(type="chat_message")["seq"])
            assert sorted(have) == of(min(have), max(have))
