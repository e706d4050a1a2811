"""What the doctor's examinations come to, and how it is printed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from course.words import plural

SYMPTOMS = "notes/symptoms.md"


@dataclass(frozen=True)
class Finding:
    """Something that is wrong.

    Attributes:
        symptom: What a user sees because of it.
        cause: What is wrong.
        remedy: What to do.
        entry: The anchor of the symptom's entry in SYMPTOMS, or "".
    """

    symptom: str
    cause: str
    remedy: str
    entry: str = ""


def last_line(text: str) -> str:
    """Return the last line of what a program said: of a traceback, the error."""
    return (text.strip().splitlines() or ["it ended without a word"])[-1]


def lines_of(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the lines that say each finding, and how many there are."""
    for number, finding in enumerate(findings, 1):
        yield f"{number}. Symptom: {finding.symptom}."
        yield f"   Cause:   {finding.cause}."
        yield f"   Remedy:  {finding.remedy}."
        if finding.entry:
            yield f"   See:     {SYMPTOMS}#{finding.entry}"
        yield ""
    if not findings:
        yield "Nothing is wrong."
    else:
        yield f"{plural(len(findings), 'problem')} found."
