"""What ends a program from outside: a signal, or that nobody reads what it prints."""

import os
import signal
import sys
from types import FrameType
from typing import Any


class Interrupted(BaseException):
    """Raised in the main thread by SIGTERM or SIGHUP, so that clean-up runs.

    Args:
        number: The signal's number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def interrupt_once() -> dict[int, Any]:
    """Have the first signal that ends programs raise Interrupted, and ignore the rest:
    a second Ctrl-C must not stop the clean-up of the first.

    Returns:
        The handlers before, by signal.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in previous:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(number)

    names = ("SIGINT", "SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    previous = {number: signal.signal(number, interrupt) for number in numbers}
    return previous


def silence() -> None:
    """Write no more to standard output: whoever read it has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
