"""The rule about the changes that the notes tell to make."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from course.book.breaks import Break, breaks_of
from course.check.course import Course, Problem
from course.check.execution import HASTE, IGNORED
from course.errors import CourseError
from course.suite import Case, Suite, side_by_side

REMEDY = "correct course/book/breaks/"


def breaks(course: Course) -> Iterator[Problem]:
    """What the notes tell to break makes the tests fail that they name."""
    try:
        every = [each for stage in course.stages for each in breaks_of(stage)]
    except CourseError as error:
        yield Problem("course/book/breaks", str(error), REMEDY)
        return
    with side_by_side() as pool:
        for each, problems in zip(every, pool.map(tried, every), strict=True):
            for what in problems:
                where = f"course/book/breaks/gs{each.stage.number}.toml"
                yield Problem(where, f"{each.name}: {what}", REMEDY)
    course.notes.append(f"{len(every)} breaks")


def tried(change: Break) -> list[str]:
    """Return what is wrong with a break, after trying it in a copy of its stage."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "stage"
        shutil.copytree(change.stage.path, folder, ignore=IGNORED)
        path = folder / change.file
        try:
            text = change.apply(path.read_text(encoding="utf-8"))
        except (OSError, CourseError) as error:
            return [str(error)]
        path.write_text(text, encoding="utf-8")
        cases = Suite(change.name, folder, change.fails, env=HASTE).run().cases
    return [what for name in change.fails if (what := judged(name, cases))]


def judged(name: str, cases: list[Case]) -> str:
    """Return what is wrong with a test's outcome, "" if it failed by an assertion."""
    outcomes = {case.outcome for case in cases if case.name == name}
    if "failed" in outcomes:
        return ""
    said = ", ".join(sorted(outcomes)) or "it was not found"
    return f"{name} did not fail by an assertion ({said})"
