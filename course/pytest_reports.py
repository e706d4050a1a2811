"""A pytest plugin that writes what becomes of each test to a file, as it happens.

course/suite.py copies this file into a folder of its own and loads it with -p, in any
environment that has pytest: it imports nothing but the standard library and pytest.
Each line of the file is a JSON object; its key "event" is one of

- "collected", with "tests": how many there are
- "started", with the name, parameters and doc of the test that starts
- "case", with the values of course.suite.Case
- "finished": the test that started last has ended, its fixtures too
"""

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "COURSE_PYTEST_REPORTS"  # the path of the file
# How the message of an assertion begins, and that of pytest.fail().
ASSERTED = re.compile(r"AssertionError|assert |Failed:")

# A line of an error in what pytest prints; more spaces precede what is quoted there.
ERROR = re.compile(r"^E   (\S.*)", re.MULTILINE)
ERROR_DETAIL = re.compile(r"^E +(\S.*)", re.MULTILINE)


class Reports:
    """Writes the file.

    Args:
        path: The file, to which lines are appended.
    """

    def __init__(self, path: str) -> None:
        self.file = open(path, "a", encoding="utf-8")  # noqa: SIM115
        self.docs: dict[str, str] = {}  # by the node ID of the test
        self.passed = ""  # the node ID of a test that passed, but for its fixtures

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Write a file that cannot be collected, or is skipped, like a test."""
        if report.failed:
            self.case(report.nodeid, "error", reason(report.longrepr))
        elif report.skipped:
            self.case(report.nodeid, "skipped", skip_reason(report))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write how many tests there are, and remember what they say of themselves."""
        for item in session.items:
            doc = getattr(getattr(item, "obj", None), "__doc__", None)
            self.docs[item.nodeid] = one_line((doc or "").strip().split("\n\n")[0])
        self.write("collected", tests=len(session.items))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Write that a test starts."""
        self.write("started", **self.test(nodeid))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write a failure at once, and a success when the fixtures have ended, too.

        A test that fails and then fails to clear up is two cases, as it is for pytest.
        """
        if report.failed:
            message = reason(report.longrepr)
            outcome = "failed" if ASSERTED.match(message) else "error"
            where = "" if report.when == "call" else f"at {report.when}: "
            self.case(report.nodeid, outcome, where + message)
        elif report.skipped:
            self.case(report.nodeid, "skipped", skip_reason(report))
        elif report.when == "call":
            self.passed = report.nodeid
        elif report.when == "teardown" and self.passed == report.nodeid:
            self.case(report.nodeid, "passed", "")

    def pytest_runtest_logfinish(self) -> None:
        """Write that a test has ended."""
        self.write("finished")

    def case(self, nodeid: str, outcome: str, message: str) -> None:
        """Write the outcome of a test."""
        said = one_line(message)
        self.write("case", **self.test(nodeid), outcome=outcome, message=said)

    def test(self, nodeid: str) -> dict[str, str]:
        """Return what is known of a test before it runs."""
        name, bracket, rest = nodeid.partition("[")
        return {
            "name": name,
            "parameters": printable(bracket + rest),
            "doc": self.docs.get(nodeid, ""),
        }

    def write(self, event: str, **values: Any) -> None:
        """Write a line, for whoever reads the file while the tests run."""
        self.file.write(json.dumps({"event": event, **values}) + "\n")
        self.file.flush()


def reason(longrepr: Any) -> str:
    """Return the first line of what went wrong, from a report's longrepr."""
    crash = getattr(longrepr, "reprcrash", None)
    if crash is not None:
        lines = str(crash.message).splitlines()
    else:  # a whole text, in which the lines of the error have an E before them
        text = str(longrepr)
        lines = ERROR.findall(text) or ERROR_DETAIL.findall(text) or text.splitlines()
    return next((line for line in lines if line.strip()), "")


def skip_reason(report: pytest.CollectReport | pytest.TestReport) -> str:
    """Return why a test was skipped, or why it was expected to fail."""
    expected = getattr(report, "wasxfail", None)
    if expected is not None:
        return str(expected).removeprefix("reason: ")
    said = report.longrepr
    text = said[2] if isinstance(said, tuple) else str(said)
    return text.removeprefix("Skipped: ")


def one_line(text: str) -> str:
    """Return a text as one line that can be printed."""
    return printable(" ".join(text.split()))


def printable(text: str) -> str:
    """Return a text with control characters, and what no encoding has, as escapes."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to write, unless this pytest was not started by course/suite.py.

    The environment is left as it was before course/suite.py: tests start processes.
    """
    path = os.environ.pop(VARIABLE, "")
    if not path:
        return
    own = str(Path(__file__).parent)
    paths = os.environ.pop("PYTHONPATH", "").split(os.pathsep)
    if others := [each for each in paths if each not in ("", own)]:
        os.environ["PYTHONPATH"] = os.pathsep.join(others)
    # A shell that starts a command in the background has it ignore Ctrl-C; this is how
    # course/suite.py has a suite clear up.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.pluginmanager.register(Reports(path), "course-reports")
