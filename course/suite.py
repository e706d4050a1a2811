"""Test suites: each runs in a process of its own, several at a time."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from course import pytest_reports
from course.process_tree import end_tree
from course.stages import Stage, find, load

SLOWEST = 1500  # seconds a suite may take before it is ended
GRACE = 10  # seconds it then has to clear up
LOOK = 0.1  # seconds between two looks at what a suite has reported
INTERRUPTED = "interrupted"
NO_TESTS = 5  # pytest's exit status, also where a whole file is skipped
WORKER = threading.local()  # its attribute stop says that the suites must end


@dataclass(frozen=True)
class Case:
    """The outcome of one test, with one set of its parameters.

    Attributes:
        name: File and function, such as "tests/test_page.py::test_it", no parameters.
            A file alone if it could not be collected, or was skipped.
        outcome: "passed", "skipped", "failed" (an assertion) or "error" (the rest).
        message: The first line of what went wrong, or why it was skipped.
        parameters: Such as "[1-red]", or "".
        doc: The first paragraph of its docstring, in one line.
    """

    name: str
    outcome: str
    message: str = ""
    parameters: str = ""
    doc: str = ""


@dataclass
class Result:
    """What a suite's run has come to, so far if it still runs.

    Attributes:
        cases: One for each test and parameter set.
        output: What pytest printed, once it has ended.
        seconds: Wall time, once it has ended.
        status: pytest's exit status, once it has ended. Never 0 if it was ended.
        problem: Why there are no more cases, in words: the suite hung, or crashed, or
            was interrupted. "" if each test has run.
        started: When it was started, on the clock time.monotonic; 0 if it was not.
        total: How many tests there are; 0 until they have been collected.
        running: The test that runs, without an outcome; None between two tests.
    """

    cases: list[Case] = field(default_factory=list)
    output: str = ""
    seconds: float = 0.0
    status: int = 0
    problem: str = ""
    started: float = 0.0
    total: int = 0
    running: Case | None = None

    def count(self, *outcomes: str) -> int:
        """Return how many tests had one of these outcomes."""
        return sum(case.outcome in outcomes for case in self.cases)

    def failures(self) -> list[Case]:
        """Return the cases that failed, for whatever reason."""
        return [case for case in self.cases if case.outcome in ("failed", "error")]

    @property
    def interrupted(self) -> bool:
        """Whether the suite was ended because all of them were."""
        return self.problem.startswith(INTERRUPTED)

    def read(self, line: bytes) -> None:
        """Take in a line that course/pytest_reports.py has written."""
        values = json.loads(line)
        event = values.pop("event")
        if event == "case":
            self.cases.append(Case(**values))
        elif event == "collected":
            self.total = values["tests"]
        elif event == "started":
            self.running = Case(outcome="", **values)
        else:
            self.running = None


@dataclass(frozen=True)
class Suite:
    """Some tests and where to run them.

    Attributes:
        name: What it is called.
        folder: The working directory.
        arguments: What pytest is given; without, it goes by the folder's configuration.
        python: The interpreter. Its environment needs pytest, and nothing of course/.
        env: Environment variables, beside those of this process.
    """

    name: str
    folder: Path
    arguments: tuple[str, ...] = ()
    python: str = sys.executable
    env: Mapping[str, str] = field(default_factory=dict)

    def run(self, result: Result | None = None) -> Result:
        """Run it in a process of its own.

        It is ended, with all that it has started, if it takes more than SLOWEST
        seconds, if the pool of side_by_side() in which it runs is left by an exception,
        and if one is raised here.

        Args:
            result: It is filled while the tests run, for others to look at.

        Returns:
            The same, or a new one.
        """
        result = Result() if result is None else result
        # A process that outlives its suite may keep its files from being deleted.
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
            folder = Path(temporary)
            # Alone in a folder, so that nothing else of course/ can be imported there.
            plugin = Path(shutil.copy(pytest_reports.__file__, folder))
            reports, printed = folder / "reports.jsonl", folder / "printed.txt"
            reports.touch()
            colour = "yes" if sys.stdout.isatty() else "no"
            command = [self.python, "-m", "pytest", "-q", "-rs", f"--color={colour}"]
            command += ["-p", "no:cacheprovider", "-p", plugin.stem, *self.arguments]
            env = {**os.environ, **self.env, pytest_reports.VARIABLE: str(reports)}
            paths = [temporary, env.get("PYTHONPATH", "")]
            env["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
            result.started = time.monotonic()
            with printed.open("wb") as output, reports.open("rb") as lines:
                process = subprocess.Popen(
                    command,
                    cwd=self.folder,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=output,  # a pipe would be held open by what it leaves behind
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C is for us, who end it in order
                )
                try:
                    follow(process, lines, result)
                finally:
                    if process.poll() is None:
                        end_tree(process, GRACE)
            result.output = printed.read_text(encoding="utf-8", errors="replace")
        conclude(process.returncode, result)
        return result


def follow(process: "subprocess.Popen[bytes]", lines: BinaryIO, result: Result) -> None:
    """Read what a suite reports until it ends, or must be ended.

    Args:
        process: Its process.
        lines: The file that course/pytest_reports.py writes.
        result: Where to put what it reports.
    """
    stop: threading.Event | None = getattr(WORKER, "stop", None)
    rest = b""  # of a line that has not been written to its end
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK)
        ended = process.returncode is not None  # then this is all that comes
        *whole, rest = (rest + lines.read()).split(b"\n")
        for line in whole:
            result.read(line)
        if ended:
            return
        if stop is not None and stop.is_set():
            result.problem = INTERRUPTED
            return
        if time.monotonic() - result.started > SLOWEST:
            result.problem = f"the suite hung and was ended after {SLOWEST} s"
            return


def conclude(status: int, result: Result) -> None:
    """Complete a result when the suite's process has ended.

    Args:
        status: Its exit status, as subprocess has it.
        result: The suite's result so far.
    """
    result.seconds = time.monotonic() - result.started
    result.status = status
    if result.problem:
        pass  # follow() has ended it
    elif status < 0:
        result.problem = f"pytest was killed by signal {-status}"
    elif status == NO_TESTS:
        result.problem = "there are no tests"
    elif status > 2 or (status and not result.failures()) or result.running:
        result.problem = f"pytest ended with exit status {status}"
    if result.problem and (test := result.running):
        if not result.interrupted:
            message = f"still running when {result.problem}"
            result.cases.append(replace(test, outcome="error", message=message))
        result.problem += f", while {test.name}{test.parameters} was running"
    if result.problem:
        result.status = status or 1
        result.output += f"\n{result.problem}\n"


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


def is_strict() -> bool:
    """Return whether a skipped test counts as a failure: on CI (the variable CI is
    set), but not on Windows, which cannot run them all.
    """
    return bool(os.environ.get("CI")) and sys.platform != "win32"


@contextlib.contextmanager
def side_by_side() -> Iterator[ThreadPoolExecutor]:
    """Give a pool that runs one process more than there are cores: they wait much.

    If the with statement is left by an exception, such as that of Ctrl-C, the suites
    that run in the pool are ended, and what waits in it is not started.
    """
    stop = threading.Event()
    workers = 1 + (os.cpu_count() or 1)
    with ThreadPoolExecutor(workers, initializer=obey, initargs=(stop,)) as pool:
        try:
            yield pool
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def obey(stop: threading.Event) -> None:
    """Have the suites of this thread end as soon as an event is set."""
    WORKER.stop = stop
