"""The command line: python -m course COMMAND."""

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course.environment import ROOT
from course.errors import CourseError
from course.interruption import silence
from course.stages import find, load

TRACEBACKS = "print the tracebacks of what fails"
INTERRUPTED = 130  # exit statuses, as shells give them: 128 and the signal's number
HUNG_UP = 129
READER_GONE = 141


class Parser(argparse.ArgumentParser):
    """The parser of all commands.

    Of an argument that a command does not know it shows that command's usage; argparse
    would show the usage of the whole.
    """

    commands: "argparse._SubParsersAction[argparse.ArgumentParser]"

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> argparse.Namespace:
        """Return the options of a command line; exit with a message if it is wrong."""
        options: argparse.Namespace
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            command = self.commands.choices[options.command]
            command.error(f"unrecognized arguments: {' '.join(unknown)}")
        return options


def port_number(text: str) -> int:
    """Return a TCP port given on the command line or in PORT."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no port: give 1 to 65535, or 0 for any free one"
        )
    return int(text)


def seconds(text: str) -> float:
    """Return a duration in seconds given on the command line."""
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value < 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: give 0 to 3599 seconds")
    return value


def build_parser() -> Parser:
    """Return the parser of all commands; each names the function that runs it."""
    parser = Parser(
        prog="python -m course", description="Django Channels in six stages."
    )
    commands = parser.commands = parser.add_subparsers(
        dest="command",
        required=True,
        metavar="COMMAND",
        parser_class=argparse.ArgumentParser,
    )

    demo = commands.add_parser("demo", help="play stage N's story, both sides shown")
    demo.add_argument("stage", type=int, metavar="N", nargs="?", help="none: list all")
    port = os.environ.get("PORT") or None
    demo.add_argument("--port", type=port_number, default=port)
    pace = demo.add_mutually_exclusive_group()
    pace.add_argument("--pace", type=seconds, metavar="SECONDS", help="between steps")
    pace.add_argument("--auto", action="store_true", help="do not wait between steps")
    pace.add_argument(
        "--record", action="store_true", help="write notes/transcripts/<stage>.txt"
    )
    demo.set_defaults(run=run_demo)

    test = commands.add_parser("test", help="run the tests, of stage N or of all")
    test.add_argument("suite", metavar="N", nargs="?", help="or course: its own tests")
    test.add_argument("-v", "--verbose", action="store_true", help=TRACEBACKS)
    test.set_defaults(run=run_test)

    browser = commands.add_parser("test-browser", help="test the pages in Chromium")
    browser.add_argument("-v", "--verbose", action="store_true", help=TRACEBACKS)
    browser.set_defaults(run=run_test_browser)

    pictures = commands.add_parser("pictures", help="take the README's pictures anew")
    pictures.set_defaults(run=run_pictures)

    notes = commands.add_parser("notes", help="write what the notes quote anew")
    notes.add_argument("pages", nargs="*", type=Path, metavar="FILE", help="only these")
    notes.set_defaults(run=run_notes)

    bench = commands.add_parser("bench", help="measure what the notes claim")
    bench.add_argument("names", nargs="*", metavar="NAME", help="only these")
    bench.add_argument(
        "--quick", action="store_true", help="seconds each, and nothing is written"
    )
    bench.set_defaults(run=run_bench)

    servers = commands.add_parser("servers", help="compare Daphne and uvicorn anew")
    servers.set_defaults(run=run_servers)

    check = commands.add_parser("check", help="check the course's own rules")
    check.add_argument("rules", nargs="*", metavar="RULE", help="only these")
    check.add_argument("--list", action="store_true", help="print the rules")
    check.add_argument(
        "--fix", action="store_true", help="rewrite the generated parts first"
    )
    check.set_defaults(run=run_check)

    diff = commands.add_parser("diff", help="show the step from stage N-1 to N")
    diff.add_argument("stage", type=int, metavar="N")
    diff.add_argument("paths", nargs="*", metavar="PATH", help="only this, or below it")
    diff.add_argument("--tests", action="store_true", help="show the tests too")
    diff.set_defaults(run=run_diff)

    # These two never get here: they work without .venv (course/environment.py).
    doctor = commands.add_parser("doctor", help="say what is wrong, and the remedy")
    doctor.add_argument("what", nargs="?", metavar="N|PATH")
    commands.add_parser("setup", help="make .venv, as every command does if need be")
    return parser


def run_demo(options: argparse.Namespace) -> int:
    """Run the demo command."""
    stages = load(ROOT)
    if options.stage is None:
        width = max(len(stage.name) for stage in stages)
        for stage in stages:
            start = f"make demo-{stage.number}"
            sys.stdout.write(f"{start}  {stage.name:{width}}  {stage.concept}\n")
        sys.stdout.write(
            "\nWithout make: python -m course demo N. It waits for Enter at each step; "
            "ARGS=--auto does not.\n"
        )
        return 0
    from course.demo import demo

    return demo(find(stages, options.stage), options)


def run_test(options: argparse.Namespace) -> int:
    """Run the test command."""
    from course.progress import run_suites
    from course.suite import suites

    return run_suites(suites(ROOT, options.suite), options.verbose)


def run_test_browser(options: argparse.Namespace) -> int:
    """Run the test-browser command."""
    from course.chromium import find_chromium
    from course.progress import run_suites
    from course.suite import Suite

    find_chromium()  # to say so in a sentence before the tests do
    return run_suites(
        [Suite("browser", ROOT, ("course/browser_tests",))], options.verbose
    )


def run_pictures(options: argparse.Namespace) -> int:
    """Run the pictures command."""
    from course.pictures import take

    for path in take(ROOT, load(ROOT)):
        sys.stdout.write(f"Wrote {path.relative_to(ROOT)}.\n")
    return 0


def run_notes(options: argparse.Namespace) -> int:
    """Run the notes command."""
    from course.book.pages import write

    chosen = [page.resolve() for page in options.pages]
    for page in chosen:
        if not page.is_file() or not page.is_relative_to(ROOT):
            raise CourseError(f"{page.name} is no page of this repository.")
    for page in write(ROOT, load(ROOT), chosen):
        sys.stdout.write(f"Wrote {page.relative_to(ROOT)}.\n")
    return 0


def run_bench(options: argparse.Namespace) -> int:
    """Run the bench command."""
    from course import bench

    return bench.run(ROOT, options.names, quick=options.quick)


def run_servers(options: argparse.Namespace) -> int:
    """Run the servers command."""
    from course.book import compare

    sys.stdout.write(f"Wrote {compare.record(ROOT).relative_to(ROOT)}.\n")
    return 0


def run_check(options: argparse.Namespace) -> int:
    """Run the check command."""
    from course.check import check

    return check(ROOT, options)


def run_diff(options: argparse.Namespace) -> int:
    """Run the diff command."""
    from course.difference import show

    return show(find(load(ROOT), options.stage), options.paths, options.tests)


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: The words after `python -m course`.

    Returns:
        The exit status: 0 for success, 1 for a failed test or check, 2 for a request
        that cannot be served, 130 after an interruption, 129 if the terminal has gone.
        If the reader of our output has gone (`| head`): 0 for a command that does no
        more than print, else 141, since nobody knows whether it would have succeeded.
    """
    # make has started us, and not what we start: that is to end as without make.
    os.environ.pop("MAKELEVEL", None)
    try:
        options = build_parser().parse_args(arguments)
    except SystemExit:  # the parser has printed --help, or an error
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            silence()
        raise
    try:
        status = int(options.run(options))
        sys.stdout.flush()  # here, where a closed pipe is no traceback
        return status
    except CourseError as error:
        sys.stderr.write(f"{error}\n")
        return error.status
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted.\n")
        return INTERRUPTED
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        return without_reader(options)  # rich has met the closed pipe, and ends us
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.EIO):
            raise
        return HUNG_UP if error.errno == errno.EIO else without_reader(options)


def without_reader(options: argparse.Namespace) -> int:
    """Return the exit status of a command whose output nobody reads any more."""
    silence()
    lists = getattr(options, "list", False) or getattr(options, "stage", 0) is None
    return 0 if lists or options.command == "diff" else READER_GONE
