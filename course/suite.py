"""Running test suites: each in its own process, several at a time."""

import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from course.stages import Stage, find, load

ASSERTED = re.compile(
    r'(?:failed on (?:setup|teardown) with ")?(?:AssertionError|assert |Failed:)'
)
SLOWEST = 1500  # seconds a suite may take before it is ended


@dataclass(frozen=True)
class Case:
    """One test of a suite's report.

    Attributes:
        name: File and function, such as "tests/test_page.py::test_it", no parameters.
        outcome: "passed", "skipped", "failed" (an assertion) or "error" (the rest).
        message: The first line of what pytest says about it.
    """

    name: str
    outcome: str
    message: str = ""


@dataclass
class Result:
    """What a suite's run came to.

    Attributes:
        cases: One for each test and parameter set.
        output: What pytest printed.
        seconds: Wall time.
        status: pytest's exit status.
    """

    cases: list[Case] = field(default_factory=list)
    output: str = ""
    seconds: float = 0.0
    status: int = 0

    def count(self, *outcomes: str) -> int:
        """Return how many tests had one of these outcomes."""
        return sum(case.outcome in outcomes for case in self.cases)


@dataclass(frozen=True)
class Suite:
    """Some tests and where to run them.

    Attributes:
        name: Its row in the table.
        folder: The working directory.
        arguments: What pytest is given; without, it goes by the folder's configuration.
        python: The interpreter.
        env: Environment variables, beside those of this process.
    """

    name: str
    folder: Path
    arguments: tuple[str, ...] = ()
    python: str = sys.executable
    env: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> Result:
        """Run it in a process of its own."""
        with tempfile.TemporaryDirectory() as temporary:
            report = Path(temporary) / "report.xml"
            colour = "yes" if sys.stdout.isatty() else "no"
            command = [self.python, "-m", "pytest", "-q", "-rs", f"--color={colour}"]
            command += ["-p", "no:cacheprovider", f"--junitxml={report}"]
            command += self.arguments
            started = time.monotonic()
            done = subprocess.run(
                command,
                cwd=self.folder,
                env={**os.environ, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                timeout=SLOWEST,
            )
            seconds = time.monotonic() - started
            cases = read_report(report) if report.exists() else []
        return Result(cases, done.stdout, seconds, done.returncode)


def read_report(path: Path) -> list[Case]:
    """Return the tests of a JUnit report as pytest writes it."""
    cases = []
    for element in ElementTree.parse(path).iter("testcase"):
        module = element.get("classname", "").replace(".", "/")
        name = f"{module}.py::{element.get('name', '').split('[')[0]}"
        outcome, message = "passed", ""
        for child in element:
            message = child.get("message", "")
            if child.tag == "skipped":
                outcome = "skipped"
            elif child.tag in ("failure", "error"):  # in a test, or in its fixtures
                outcome = "failed" if ASSERTED.match(message) else "error"
        cases.append(Case(name, outcome, (message.splitlines() or [""])[0]))
    return cases


def suites(root: Path, chosen: str | None) -> list[Suite]:
    """Return the suites to run.

    Args:
        root: The repository.
        chosen: A stage's number, "course" for the tests of course/ itself, or None for
            those of all stages.

    Raises:
        CourseError: There is no such stage.
    """
    if chosen == "course":
        paths = sorted((root / "course" / "tests").glob("test_*.py"))
        names = [path.relative_to(root).as_posix() for path in paths]
        return [Suite(name, root, (name,)) for name in names]
    stages = load(root)
    if chosen is not None:
        stage = find(stages, int(chosen) if chosen.isdecimal() else chosen)
        return suites_of(stage)
    return [
        suite
        for stage in stages
        for suite in suites_of(stage, stage.before.once if stage.before else ())
    ]


def suites_of(stage: Stage, without: Sequence[str] = ()) -> list[Suite]:
    """Return a stage's suite, and one for each of its files that are run apart.

    Args:
        stage: The stage.
        without: Test files that are left out.
    """
    rest = tuple(f"--ignore={name}" for name in (*stage.apart, *without))
    apart = [Suite(f"{stage.name}/{name}", stage.path, (name,)) for name in stage.apart]
    return [Suite(stage.name, stage.path, rest), *apart]


def side_by_side() -> ThreadPoolExecutor:
    """Return a pool that runs one process more than there are cores: they wait much."""
    return ThreadPoolExecutor(max_workers=1 + (os.cpu_count() or 1))


def run_suites(chosen: Sequence[Suite]) -> int:
    """Run suites side by side and print a table of them.

    Returns:
        The exit status: 0 if all passed, else 1. On CI (the variable CI is set) a
        skipped test counts as a failure, but for Windows, which cannot run them all.
    """
    console = Console(highlight=False, soft_wrap=True)
    strict = bool(os.environ.get("CI")) and sys.platform != "win32"
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("suite")
    for heading in ("passed", "failed", "skipped", "seconds"):
        table.add_column(heading, justify="right")
    passed = failed = 0
    with side_by_side() as pool:
        # What the last stage has takes longest, so it comes first.
        results = [*pool.map(Suite.run, reversed(chosen))]
        for suite, result in zip(chosen, reversed(results), strict=True):
            skipped = result.count("skipped")
            bad = result.count("failed", "error") + (skipped if strict else 0)
            if result.status and not bad:  # it could not even be collected
                bad = 1
            if bad or skipped:
                console.out(f"\n{suite.name}\n{result.output}", highlight=False)
            counts = (result.count("passed"), bad, skipped)
            table.add_row(suite.name, *map(str, counts), f"{result.seconds:.1f}")
            passed, failed = passed + counts[0], failed + bad
    console.print(table)
    console.print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
