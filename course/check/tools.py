"""Rules that other tools check."""

import subprocess
import sys
from collections.abc import Iterator

from course.check.course import Course, Problem
from course.suite import suites


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
    for suite in suites(course.root, "course"):
        result = suite.run()
        if result.status or not result.count("passed"):
            yield Problem(
                "course/tests", f"they fail:\n{result.output}", "mend course/"
            )
        course.notes.append(f"{result.count('passed')} tests passed")


def run(course: Course, command: list[str], remedy: str) -> Iterator[Problem]:
    """Run a Python tool in the repository; what it says when it fails is a problem."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=course.root,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip()
        yield Problem(command[0], f"it says:\n{said}\n", remedy)
