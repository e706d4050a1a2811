"""How often the log says the same."""

import logging
import time

PERIOD = 60  # seconds


class Seldom(logging.Filter):
    """Lets a logger say the same once a minute, and in one line.

    While Redis is away its subscriber logs a traceback a second. To silence it would
    also hide what is said once, like a subscription that Redis refuses.
    """

    def __init__(self):
        super().__init__()
        self.said = {}  # when, by what

    def filter(self, record):
        """Return whether to log a record. Its traceback becomes the error's text."""
        if record.exc_info:
            kind, error, _ = record.exc_info
            said = f"{record.getMessage()}: {kind.__name__}: {error}"
            record.msg = " ".join(said.split())
            record.args = record.exc_info = None
        now, what = time.monotonic(), record.getMessage()
        if now - self.said.get(what, -PERIOD) < PERIOD:
            return False
        self.said[what] = now
        return True
