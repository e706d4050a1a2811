"""What a client may send: names, messages, and how they are read."""

import json
import re
import secrets
from urllib.parse import parse_qs

NAME = "[A-Za-z0-9_-]{1,50}"  # of a room or a nick, as a regular expression
LONGEST = 2000  # characters of a message
LONGEST_FRAME = 2**18  # characters; such a message takes less, however it is escaped
UNSENDABLE = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of a surrogate pair


class Refused(Exception):
    """Raised with a code for the program and a sentence for the reader."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def parse(text):
    """Return the message of a frame: {"message": "hi"}. Other keys are ignored."""
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
    if not isinstance(content, dict) or not isinstance(content.get("message"), str):
        raise Refused("invalid_message", 'a frame is {"message": "some text"}')
    return check(content["message"])


def check(message):
    """Return a message that may be sent on, whoever it comes from."""
    if not message.strip():
        raise Refused("empty", "the message is empty")
    if len(message) > LONGEST:
        raise Refused("too_long", f"a message has at most {LONGEST:,} characters")
    if UNSENDABLE.search(message):
        raise Refused("invalid_message", "NUL and unpaired surrogates cannot be sent")
    return message


def nick(query_string):
    """Return the name asked for in ?name=, or else one for a guest."""
    names = parse_qs(query_string.decode("latin-1")).get("name", [""])
    if re.fullmatch(NAME, names[0]):
        return names[0]
    return f"guest-{secrets.token_hex(2)}"
