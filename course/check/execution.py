"""Rules that are checked by running the stages."""

import difflib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from course.check.copies import test_names
from course.check.course import Course, Problem
from course.check.needs import pins, test_packages
from course.check.tools import complaint
from course.demo import record, transcript_path
from course.environment import environment_python
from course.errors import CourseError
from course.stages import Stage
from course.suite import Case, Suite, side_by_side

HASTE = {"TEST_TIMEOUT": "0.5"}  # seconds: what does not come will never come
IGNORED = shutil.ignore_patterns("__pycache__", ".pytest_cache", "*.sqlite3*", ".venv")


def django(course: Course) -> Iterator[Problem]:
    """Django's own checks pass, and no model lacks its migration."""
    with side_by_side() as pool:
        for problems in pool.map(ask_django, course.stages):
            yield from problems


def ask_django(stage: Stage) -> list[Problem]:
    """Return what Django has to say about a stage."""
    problems = []
    for command in (["check"], ["makemigrations", "chat", "--check", "--dry-run"]):
        if said := complaint(["manage.py", *command], stage.path):
            what = f"manage.py {' '.join(command)} says:\n{said}\n"
            problems.append(Problem(stage.name, what, "do as it says"))
    return problems


def demos(course: Course) -> Iterator[Problem]:
    """Each story plays, and gives the transcript that is kept of it."""
    for stage in course.stages:
        path = transcript_path(stage)
        where = path.relative_to(course.root).as_posix()
        try:
            played = record(stage)
        except CourseError as error:
            yield Problem(f"course/demos/{stage.name}.py", str(error), "mend the story")
            continue
        kept = path.read_text(encoding="utf-8") if path.is_file() else ""
        if played != kept:
            lines = difflib.unified_diff(
                kept.splitlines(), played.splitlines(), "kept", "played", lineterm=""
            )
            yield Problem(
                where,
                "the story no longer gives it:\n" + "\n".join(lines) + "\n",
                "if the change is meant, write the new one with "
                f"python -m course demo {stage.number} --record",
            )


def new_tests_fail(course: Course) -> Iterator[Problem]:
    """Every test new in a stage fails, by an assertion, on the stage before."""
    steps = list(course.steps())
    # Not in the pool: Python 3.11 cannot parse in several threads at once.
    new = [test_names(stage) - test_names(before(stage)) for stage in steps]
    with side_by_side() as pool:
        runs = pool.map(run_on_the_one_before, steps, new)
        for stage, names, cases in zip(steps, new, runs, strict=True):
            yield from judge(stage, names, cases)


def before(stage: Stage) -> Stage:
    """Return the stage before one that has one."""
    assert stage.before is not None
    return stage.before


def run_on_the_one_before(stage: Stage, new: set[str]) -> list[Case]:
    """Run the tests that are new in a stage on the code of the stage before."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "stage"
        shutil.copytree(before(stage).path, folder, ignore=IGNORED)
        shutil.rmtree(folder / "tests")
        shutil.copytree(stage.path / "tests", folder / "tests", ignore=IGNORED)
        shutil.copy(stage.path / "pytest.ini", folder)
        modules = sorted({name.split("::")[0] for name in new})
        chosen = " or ".join(sorted(name.split("::")[1] for name in new))
        options = ("--continue-on-collection-errors", "-k", chosen)
        return Suite(stage.name, folder, (*modules, *options), env=HASTE).run().cases


def judge(stage: Stage, new: set[str], cases: list[Case]) -> Iterator[Problem]:
    """Yield a problem for each new test that did not fail by an assertion."""
    for name in sorted(new):
        runs = [case for case in cases if case.name == name]
        where = f"{stage.name}/{name}"
        if not runs:
            yield Problem(
                where,
                f"it cannot be collected on {before(stage).name}",
                "import what is new inside the test",
            )
        for outcome, what, remedy in (
            ("passed", "passes", "have it assert what this stage adds"),
            ("error", "breaks instead of failing", "have an assertion fail"),
        ):
            bad = [case for case in runs if case.outcome == outcome]
            if bad:
                said = f" ({bad[0].message})" if bad[0].message else ""
                yield Problem(where, f"it {what} on {before(stage).name}{said}", remedy)


def standalone(course: Course) -> Iterator[Problem]:
    """A copy of a stage passes its tests (not the costly) with its own packages."""
    with side_by_side() as pool:
        for problem in pool.map(lambda stage: run_alone(course, stage), course.stages):
            if problem is not None:
                yield problem


def run_alone(course: Course, stage: Stage) -> Problem | None:
    """Return what is wrong with a copy of a stage in an environment of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "stage"
        shutil.copytree(stage.path, folder, ignore=IGNORED)
        python = environment_python(Path(temporary) / "venv")
        try:
            install(course, stage, folder, python)
        except CourseError as error:
            return Problem(
                f"{stage.name}/requirements.txt",
                f"it cannot be installed:\n{error}\n",
                "list packages that go with the pinned ones",
            )
        options = tuple(f"--ignore={name}" for name in stage.costly)
        result = Suite(stage.name, folder, options, python=str(python)).run()
    if result.status or not result.count("passed"):
        return Problem(
            stage.name,
            f"its tests fail in an environment of its own:\n{result.output}",
            "list in its requirements.txt what it needs",
        )
    return None


def install(course: Course, stage: Stage, folder: Path, python: Path) -> None:
    """Make a fresh environment with a stage's requirements and what its tests need.

    Args:
        course: The course, whose pins hold.
        stage: The stage.
        folder: A copy of it.
        python: The interpreter that the environment is to have.

    Raises:
        CourseError: uv failed.
    """
    constraints = folder.parent / "constraints.txt"
    constraints.write_text("\n".join(pins(course.root)))
    venv = python.parent.parent
    requirements = folder / "requirements.txt"
    for command in (
        ["venv", "--no-project", "-p", sys.executable, str(venv)],
        ["pip", "install", "-p", str(python), "-r", str(requirements)]
        + ["-c", str(constraints), *map(str, test_packages(stage))],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "uv", "--quiet", *command],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise CourseError(done.stderr.strip())
