"""What a client may send, how much of it, and what the close codes mean."""

import collections
import json
import re
import time
from urllib.parse import parse_qs

NAME = "[A-Za-z0-9_-]{1,50}"  # of a room, as a regular expression
LONGEST = 2000  # characters of a message
LONGEST_FRAME = 2**18  # characters; such a message takes less, however it is escaped
PERIOD = 5  # seconds, in which a socket may send settings.RATE messages
READS = 20  # frames of history that it may ask for in the same time
RECENT = 50  # messages that a newcomer is shown
BATCH = 80  # messages in a frame of history
BATCH_BYTES = 32 * 1024 - 200  # of all these: with the rest of it a frame has 32 KiB
LAST = 2**63 - 1  # the database counts no further

# code              what has happened             what the page does
LOGIN_OVER = 4401  # logged out, in any way      reloads: the login page decides
# 4503, see resilience.py: Redis or database gone  tries again, as after any other code

CLIENT_ID = re.compile("[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")  # a UUID
UNSENDABLE = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of a surrogate pair

# What shows as a blank, or not at all: controls, blanks, marks of direction, the BOM.
# Spelled out: \s is not the same in Python and in JavaScript, and has not all of them.
BLANK = (
    r"\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u1680\u180e"
    r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
)
# "/pm NAME " and what stands before it: a word of its own, or the message is for all.
PRIVATE = rf"^[{BLANK}]*/pm(?![^{BLANK}])[{BLANK}]*([^{BLANK}]*)[{BLANK}]*"


class Refused(Exception):
    """Raised with a code for the program and a sentence for the reader."""

    def __init__(self, code, message, **more):
        super().__init__(message)
        self.frame = {"type": "error", "code": code, "message": message, **more}


class Rate:
    """How much one socket has sent or asked for lately."""

    def __init__(self, most):
        self.most = most
        self.sent = collections.deque(maxlen=most)  # times of the last ones

    def count(self):
        """Count a message, or refuse it."""
        now = time.monotonic()
        if len(self.sent) == self.most and now - self.sent[0] < PERIOD:
            what = f"at most {self.most} messages in {PERIOD} s"
            retry_after = round(self.sent[0] + PERIOD - now, 3)
            raise Refused("rate_limited", what, retry_after=retry_after)
        self.sent.append(now)


def parse(text):
    """Return what a frame holds: a dictionary."""
    if text is None:
        raise Refused("text_only", "a frame is text here, not binary")
    if len(text) > LONGEST_FRAME:  # before it is read, which takes seconds for 15 MiB
        raise Refused("too_long", f"a frame has at most {LONGEST_FRAME:,} characters")
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise Refused("invalid_json", f"this is not JSON: {error}") from None
    except (RecursionError, ValueError):
        what = "nested too deeply, or a number is too long"
        raise Refused("invalid_message", what) from None
    if not isinstance(content, dict):
        raise Refused("invalid_message", "a frame is a JSON object")
    return content


def parse_message(content):
    """Return the message of {"message": "hi"}. Other keys are ignored."""
    if not isinstance(content.get("message"), str):
        what = 'a frame is {"message": "some text"}, or a sync or history with a number'
        raise Refused("invalid_message", what)
    return check(content["message"])


def parse_client_id(content):
    """Return the name that the client has given to its message, or None."""
    client_id = content.get("client_id")
    if client_id is None:
        return None
    if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
        raise Refused("invalid_message", "a client_id is a UUID in lower case")
    return client_id


def parse_seq(content, key):
    """Return the number of a message, as in {"type": "sync", "after": 7}."""
    seq = content.get(key)
    if type(seq) is not int or not 0 <= seq <= LAST:  # True is an int, too
        raise Refused("invalid_message", f"{key} is the number of a message, or 0")
    return seq


def parse_after(query_string):
    """Return the number of ?after=, or None: a bad one counts as none."""
    [after] = parse_qs(query_string.decode("latin-1")).get("after", [""])[:1]
    # ASCII: other digits are digits, too.
    seq = int(after) if after.isascii() and after.isdigit() and len(after) < 20 else -1
    return seq if 0 <= seq <= LAST else None


def check(message):
    """Return a message that may be sent on, whoever it comes from."""
    if not message.strip():
        raise Refused("empty", "the message is empty")
    if len(message) > LONGEST:
        raise Refused("too_long", f"a message has at most {LONGEST:,} characters")
    if UNSENDABLE.search(message):
        raise Refused("invalid_message", "NUL and unpaired surrogates cannot be sent")
    return message


def parse_private(message):
    """Return the name and the text of "/pm NAME text", or None for other messages."""
    command = re.match(PRIVATE, message)
    if not command:
        return None
    name, text = command[1], message[command.end() :]
    if not text:
        raise Refused("invalid_message", "a private message is: /pm NAME text")
    return name, text
