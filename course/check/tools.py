"""Rules that other tools check."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from course.check.course import Course, Problem
from course.suite import Suite, side_by_side, suites


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
    with side_by_side() as pool:
        for suite, result in zip(chosen, pool.map(Suite.run, chosen), strict=True):
            if result.status or not result.count("passed"):
                yield Problem(suite.name, f"it fails:\n{result.output}", "mend course/")
            passed += result.count("passed")
    course.notes.append(f"{passed} tests passed")


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
