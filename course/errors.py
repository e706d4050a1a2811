"""What goes wrong in a way that a user can mend."""


class CourseError(Exception):
    """Raised with one sentence that says what is wrong and what to do about it.

    The command line prints it without a traceback and exits with `status`.
    """

    status = 2


class ExpectationFailed(Exception):
    """Raised with a sentence when a story did not go as it is written."""


class EndedByUser(Exception):
    """Raised when a demo is cancelled while it waits for Enter: it ends, as offered."""
