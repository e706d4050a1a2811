"""What goes wrong in a way that a user can mend."""


class CourseError(Exception):
    """Raised with one sentence that says what is wrong and what to do about it.

    The command line prints it without a traceback and exits with `status`.
    """

    status = 2


class Interrupted(BaseException):
    """Raised in the main thread by SIGTERM or SIGHUP, so that clean-up runs.

    Args:
        number: The signal's number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class ExpectationFailed(Exception):
    """Raised with a sentence when a story did not go as it is written."""
