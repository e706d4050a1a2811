"""Rules that other tools check."""

import subprocess
import sys
from collections.abc import Iterator

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
