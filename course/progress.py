"""What a run of test suites shows: its progress, each failure at once, a summary."""

import contextlib
import io
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field

from rich.console import Console
from rich.constrain import Constrain
from rich.live import Live
from rich.table import Table
from rich.text import Text

from course.environment import ROOT
from course.interruption import Interrupted, interrupt_once
from course.suite import Case, Result, Suite, is_strict, side_by_side
from course.words import plural

LOOK = 0.25  # seconds between two looks at the suites that run
INDENT = " " * 8
HINT = "To see the tracebacks, add ARGS=-v to make, or -v to python -m course test."


def run_suites(chosen: Sequence[Suite], verbose: bool = False) -> int:
    """Run suites side by side, and show how they get on.

    Args:
        chosen: The suites.
        verbose: Print what pytest printed, with its tracebacks, of each suite that
            fails. On CI (the variable CI is set) this is always done.

    Returns:
        The exit status: 0 if all passed, else 1; 128 and the signal's number if a
        signal ended it, which is 130 for Ctrl-C. On CI a skipped test counts as a
        failure, but for Windows, which cannot run them all.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a docstring may be in any alphabet
    progress = Progress([Run(suite) for suite in chosen], verbose)
    previous = interrupt_once()
    try:
        progress.follow()
    except Interrupted as signalled:
        progress.summarize(interrupted=True)
        return 128 + signalled.number
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return progress.summarize()


@dataclass
class Run:
    """A suite, its result so far, and how much of that has been shown.

    Attributes:
        suite: The suite.
        result: It grows while the suite runs.
        shown: How many of its failures have been shown.
        ended: Whether it has been said how the suite ended.
    """

    suite: Suite
    result: Result = field(default_factory=Result)
    shown: int = 0
    ended: bool = False

    def is_running(self) -> bool:
        """Return whether the suite has been started and has not ended."""
        return bool(self.result.started) and not self.ended

    def where(self, case: Case) -> str:
        """Return a test's name, with its path from the repository's root."""
        folder = self.suite.folder
        return case.name if folder == ROOT else f"{folder.name}/{case.name}"

    def failed(self) -> int:
        """Return how many tests failed. A test that fails and then fails to clear up is
        one; a suite that fails without a failed test is one, too."""
        tests = {(case.name, case.parameters) for case in self.result.failures()}
        return len(tests) or int(self.result.status and not self.result.interrupted)

    def counts(self) -> str:
        """Return the counts of its outcomes, in words."""
        counts = {
            "failed": self.failed(),
            "passed": self.result.count("passed"),
            "skipped": self.result.count("skipped"),
        }
        words = [f"{number} {outcome}" for outcome, number in counts.items() if number]
        return ", ".join(words) or "0 passed"


class Progress:
    """Shows suites while they run, and then what became of them.

    On a terminal the suites that run stand below what has been said. Anywhere else
    there is nothing but lines, each printed at once.

    Args:
        runs: The suites.
        verbose: Print what pytest printed of each suite that fails.
    """

    def __init__(self, runs: Sequence[Run], verbose: bool) -> None:
        self.runs = runs
        self.strict = is_strict()
        self.verbose = verbose or bool(os.environ.get("CI"))
        self.console = Console(highlight=False)
        self.started = time.monotonic()
        self.reasons: dict[str, set[str]] = defaultdict(set)  # shown so far, by test

    def follow(self) -> None:
        """Run the suites, and show them until all have ended.

        Raises:
            Interrupted: A signal came. The suites have been ended.
        """
        with side_by_side() as pool:
            try:
                # What the last stage has takes longest, so it comes first.
                self.watch(
                    {
                        pool.submit(run.suite.run, run.result): run
                        for run in reversed(self.runs)
                    }
                )
            except Interrupted:
                number = sum(run.is_running() for run in self.runs)
                self.say(f"Interrupted: ending {plural(number, 'suite')} ...")
                raise
        # What was interrupted has ended now.

    def watch(self, waiting: "dict[Future[Result], Run]") -> None:
        """Show the suites until all have ended.

        Args:
            waiting: The suites that have not ended; each is taken out when it has.
        """
        live = None
        # FORCE_COLOR makes a pipe a terminal for rich, but no cursor moves there.
        terminal = self.console.is_terminal and sys.stdout.isatty()
        if terminal and not self.console.is_dumb_terminal:
            live = Live(console=self.console, auto_refresh=False, transient=True)
        with live or contextlib.nullcontext():
            while waiting:
                done, _ = wait(waiting, LOOK, FIRST_COMPLETED)
                for run in waiting.values():
                    self.show_failures(run)
                for future in done:
                    future.result()  # an error of ours is raised here
                    self.show_end(waiting.pop(future))
                if live:
                    live.update(self.picture([*waiting.values()]), refresh=True)

    def picture(self, left: Sequence[Run]) -> Constrain:
        """Return a line for each suite that runs, and one for all of them.

        Args:
            left: The suites that have not ended.
        """
        table = Table.grid(padding=(0, 2))
        table.add_column()  # the one that gives way where there is little room
        for justify in ("right", "left", "right"):
            table.add_column(no_wrap=True, overflow="ellipsis", justify=justify)
        for run in left:
            if not run.is_running():
                continue
            done, counts = "", "starting"
            if total := run.result.total:
                done, counts = f"{len(run.result.cases)} of {total}", run.counts()
            style = "red" if run.failed() else ""
            since = clock(run.result.started)
            name = Text(run.suite.name, no_wrap=True, overflow="ellipsis")
            table.add_row(name, done, Text(counts, style), since)
        if len(self.runs) > 1:
            done = f"{len(self.runs) - len(left)} of {len(self.runs)}"
            table.add_row("suites done", done, "", clock(self.started))
        # Room for the ^C of a terminal: in a line of its own it would remain.
        return Constrain(table, self.console.width - 3)

    def show_failures(self, run: Run) -> None:
        """Print what has failed since the last look: of each test the name, the
        docstring and the reason; of its other parameters what differs."""
        new = run.result.failures()[run.shown :]
        run.shown += len(new)
        for case in new:
            where = run.where(case)
            self.say(f"FAILED  {where}{case.parameters}", "red")
            reasons = self.reasons[where]
            if not reasons and case.doc:
                self.say(f"{INDENT}{case.doc}")
            if case.message not in reasons:
                self.say(f"{INDENT}{case.message}")
            reasons.add(case.message)

    def show_end(self, run: Run) -> None:
        """Print how a suite ended, and what pytest printed if that is asked for, or all
        that there is to be read about a failure."""
        run.ended = True
        result, failed = run.result, run.failed()
        if failed and (self.verbose or not result.failures()):
            self.say(f"\n{run.suite.name}: what pytest printed\n")
            self.console.print(Text.from_ansi(result.output), soft_wrap=True)
        line = f"{run.suite.name}: {run.counts()} in {result.seconds:.1f} s"
        if result.problem:
            line += f": {result.problem}"
        style = "yellow" if result.interrupted else "green"
        self.say(line, "red" if failed else style)

    def summarize(self, interrupted: bool = False) -> int:
        """Print what became of the suites: what failed, what was skipped, the counts.

        Args:
            interrupted: They were ended by a signal.

        Returns:
            The exit status: 0 if all passed, else 1.
        """
        if interrupted:
            for run in self.runs:
                self.show_failures(run)
                if run.is_running():
                    self.show_end(run)
        self.list_failures()
        self.list_skipped()
        if len(self.runs) > 1:
            self.say("")
            self.console.print(self.table(), soft_wrap=True)
        passed = sum(run.result.count("passed") for run in self.runs)
        failed = sum(map(self.bad, self.runs))
        if interrupted and len(self.runs) > 1:
            ended = sum(run.ended and not run.result.interrupted for run in self.runs)
            self.say(f"\nInterrupted: {ended} of {len(self.runs)} suites done.")
        seconds = time.monotonic() - self.started
        good = passed and not failed
        line = f"\n{passed} passed, {failed} failed in {seconds:.1f} s"
        style = "bold yellow" if interrupted else "bold green"
        self.say(line, style if good else "bold red")
        return 0 if good else 1

    def list_failures(self) -> None:
        """Print the tests that failed, each once, with their docstrings."""
        tests: dict[str, list[Case]] = {}
        of: dict[str, set[str]] = defaultdict(set)
        for run in self.runs:
            for case in run.result.failures():
                tests.setdefault(run.where(case), []).append(case)
            for case in run.result.cases:
                of[run.where(case)].add(case.parameters)
        if not tests:
            return
        self.say("\nFailed tests:\n", "bold")
        for where, cases in tests.items():
            failed, every = {case.parameters for case in cases}, of[where]
            line = Text(where, "red")
            if len(every) > 1:
                line.append(f" ({len(failed)} of {len(every)} cases failed)")
            self.console.print(line, soft_wrap=True)
            if cases[0].doc:
                self.say(f"{INDENT}{cases[0].doc}")
        if not self.verbose:
            self.say(f"\n{HINT}")

    def list_skipped(self) -> None:
        """Print why tests were skipped, each reason once; on CI with the tests."""
        reasons: dict[str, list[str]] = defaultdict(list)
        for run in self.runs:
            for case in run.result.cases:
                if case.outcome == "skipped":
                    reasons[case.message].append(run.where(case) + case.parameters)
        if not reasons:
            return
        self.say(f"\nSkipped{', which counts as failed on CI' * self.strict}:")
        for reason, tests in reasons.items():
            self.say(f"{len(tests):>6}  {reason}")
            for test in tests if self.strict else ():
                self.say(f"{INDENT}{test}")

    def table(self) -> Table:
        """Return a table of the suites that were started."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("suite")
        for heading in ("passed", "failed", "skipped", "seconds"):
            table.add_column(heading, justify="right")
        for run in self.runs:
            result, bad = run.result, self.bad(run)
            counts = result.count("passed"), bad, result.count("skipped")
            if result.started:
                took = f"{result.seconds:.1f}"
                table.add_row(run.suite.name, *map(str, counts), took)
        return table

    def bad(self, run: Run) -> int:
        """Return how many tests of a suite count as failures."""
        return run.failed() + (run.result.count("skipped") if self.strict else 0)

    def say(self, text: str, style: str = "") -> None:
        """Print a text as it is, at once."""
        self.console.print(Text(text, style), soft_wrap=True)


def clock(since: float) -> str:
    """Return the time since a moment, such as "1:05"."""
    minutes, seconds = divmod(int(time.monotonic() - since), 60)
    return f"{minutes}:{seconds:02}"
