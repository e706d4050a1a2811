"""The messages in the database: numbered, each stored once, and read again."""

import asyncio
import json
import weakref

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DataError, IntegrityError, transaction
from django.db.models import F

from .models import Message, Room
from .protocol import BATCH, BATCH_BYTES, RECENT, Refused
from .turns import in_turn


class Writer:
    """What this process writes into one room: one transaction at a time.

    What comes while one runs waits, and is written by the next, all together: a commit
    costs as much for twenty messages as for one.
    """

    def __init__(self, room_id, group):
        self.room_id, self.group = room_id, group
        self.waiting = []
        self.task = None  # the one that writes

    async def save(self, draft):
        """Return a message once it is committed, and whether it is new."""
        future = asyncio.get_running_loop().create_future()
        self.waiting.append((draft, future))
        if not self.task:
            self.task = asyncio.create_task(self.write())
        return await future

    async def write(self):
        """Write until nothing waits."""
        while self.waiting:
            drafts, futures = zip(*self.waiting, strict=True)
            self.waiting = []
            try:
                outcomes = await in_turn(self.group, save_all, self.room_id, drafts)
            except Exception as error:  # whatever it is: those who wait must hear of it
                outcomes = [error] * len(futures)
            for future, outcome in zip(futures, outcomes, strict=True):
                if future.cancelled():
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)
        self.task = None


# What a frame shows of a message, and under which name.
KEYS = ["seq", "client_id", "created"]
NAMED = {"user": F("name"), "message": F("text")}

writers = weakref.WeakValueDictionary()  # by room; they go with the last who uses them


def writer_for(room_id, group):
    """Return the writer of a room, the same for all connections of this process."""
    return writers.setdefault(room_id, Writer(room_id, group))


def save_all(room_id, drafts):
    """Save messages of one room in one transaction.

    Return for each the message and whether it is new, or the exception.
    """
    try:
        return [(message, True) for message in insert(room_id, drafts)]
    except (DataError, IntegrityError) as error:
        if len(drafts) == 1:
            return [explain(error, room_id, drafts[0])]
        # One of them is a repeat, or cannot be stored: each by itself.
        return [save_all(room_id, [draft])[0] for draft in drafts]


def explain(error, room_id, draft):
    """Return the message that a draft repeats, and False, or else the exception."""
    if isinstance(error, DataError):
        return Refused("invalid_message", "the database has no letters for this text")
    key = {each: draft[each] for each in ("author_id", "client_id")}
    known = (
        draft["client_id"] and Message.objects.filter(room_id=room_id, **key).first()
    )
    if not known:
        return error  # its author or room has gone
    if known.text != draft["text"]:
        return Refused("invalid_message", "this client_id is that of another message")
    return known, False


@transaction.atomic
def insert(room_id, drafts):
    """Number messages and insert them. The room is locked from the first statement to
    the commit: numbers have no gaps, and are committed in their order.
    """
    Room.objects.filter(pk=room_id).update(seq=F("seq") + len(drafts))
    first = Room.objects.get(pk=room_id).seq - len(drafts) + 1
    numbered = enumerate(drafts, first)
    return Message.objects.bulk_create(
        [Message(room_id=room_id, seq=seq, **draft) for seq, draft in numbered]
    )


def read(room_id, after=None, before=None):
    """Return a frame of history: what came after a message, or before one, or last.

    It says which question it answers.
    """
    messages = Message.objects.filter(room_id=room_id)
    most, question = BATCH, {}
    if after is not None:
        messages = messages.filter(seq__gt=after).order_by("seq")
        question = {"after": after}
    elif before is not None:
        messages = messages.filter(seq__lt=before).order_by("-seq")
        question = {"before": before}
    else:
        messages = messages.order_by("-seq")
        most = RECENT
    # One more than is sent shows whether there are more.
    found = list(messages.values(*KEYS, **NAMED)[: most + 1])
    batch = what_fits(found[:most])
    more = len(found) > len(batch)
    if after is None:
        batch.reverse()
    upto = batch[-1]["seq"] if batch else after or 0
    frame = {"type": "history", "messages": batch, "upto": upto, "more": more}
    return frame | question


def what_fits(messages):
    """Return the first of the messages, as many as one frame has room for. A frame that
    takes long on a slow link would look as if nothing came any more.
    """
    left = BATCH_BYTES
    for number, message in enumerate(messages):
        text = json.dumps(message, cls=DjangoJSONEncoder, ensure_ascii=False)
        left -= len(f"{text}, ".encode())
        if left < 0 and number:  # one goes, however long it is
            return messages[:number]
    return messages
