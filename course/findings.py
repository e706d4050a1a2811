"""What the doctor's examinations come to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something that is wrong.

    Attributes:
        symptom: What a user sees because of it.
        cause: What is wrong.
        remedy: What to do.
    """

    symptom: str
    cause: str
    remedy: str


def last_line(text: str) -> str:
    """Return the last line of what a program said: of a traceback, the error."""
    return (text.strip().splitlines() or ["it ended without a word"])[-1]
