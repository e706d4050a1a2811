"""Rules that other tools check."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from course.check.course import Course, Problem
from course.suite import NO_TESTS, Result, Suite, is_strict, side_by_side, suites


def ruff(course: Course) -> Iterator[Problem]:
    """ruff finds nothing to say, about style and format."""
    yield from run(course, ["ruff", "check", "--no-cache", "."], "python -m ruff check")
    yield from run(
        course,
        ["ruff", "format", "--no-cache", "--check", "."],
        "python -m ruff format",
    )


def mypy(course: Course) -> Iterator[Problem]:
    """mypy --strict accepts course/."""
    yield from run(course, ["mypy", "--no-error-summary"], "give it the right types")


def own_tests(course: Course) -> Iterator[Problem]:
    """course/ passes its own tests."""
    chosen, passed = suites(course.root, "course"), 0
    skipped: Counter[str] = Counter()  # tests by the reason
    with side_by_side() as pool:
        for suite, result in zip(chosen, pool.map(Suite.run, chosen), strict=True):
            if not is_fine(result):
                yield Problem(suite.name, f"it fails:\n{result.output}", "mend course/")
            passed += result.count("passed")
            skipped.update(
                case.message for case in result.cases if case.outcome == "skipped"
            )
    course.notes.append(f"{passed} tests passed")
    for reason, count in skipped.items():
        course.notes.append(f"{count} skipped: {reason}")


def is_fine(result: Result) -> bool:
    """Return whether a suite passed, or skipped its tests for a reason that it gives.

    On CI (the variable CI is set) what the tests need must be there: a suite that skips
    all its tests is not fine. On Windows some can never run.
    """
    if result.count("passed"):
        return result.status == 0
    if is_strict():
        return False
    return result.status in (0, NO_TESTS) and result.count("skipped") > 0


def run(course: Course, command: list[str], remedy: str) -> Iterator[Problem]:
    """Run a Python tool in the repository; what it says when it fails is a problem."""
    if said := complaint(["-m", *command], course.root):
        yield Problem(command[0], f"it says:\n{said}\n", remedy)


def complaint(arguments: list[str], folder: Path) -> str:
    """Run Python in a folder; return what is said if it fails, "" if it does not."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if not done.returncode:
        return ""
    return (done.stdout + done.stderr).strip() or f"exit status {done.returncode}"
