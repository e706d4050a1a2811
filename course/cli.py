"""The command line: python -m course COMMAND."""

import argparse
import errno
import os
import sys
from pathlib import Path

from course.environment import ROOT
from course.errors import CourseError
from course.stages import find, load


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


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; each names the function that runs it."""
    parser = argparse.ArgumentParser(
        prog="python -m course", description="Django Channels in six stages."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="play stage N's story, both sides shown")
    demo.add_argument("stage", type=int, metavar="N")
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
    test.set_defaults(run=run_test)

    browser = commands.add_parser("test-browser", help="test the pages in Chromium")
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
    diff.add_argument("--tests", action="store_true", help="show the tests too")
    diff.set_defaults(run=run_diff)

    # These two never get here: they work without .venv (course/environment.py).
    doctor = commands.add_parser("doctor", help="say what is wrong, and the remedy")
    doctor.add_argument("what", nargs="?", metavar="N|PATH")
    commands.add_parser("setup", help="make .venv, as every command does if need be")
    return parser


def run_demo(options: argparse.Namespace) -> int:
    """Run the demo command."""
    from course.demo import demo

    stage = find(load(ROOT), options.stage)
    return demo(stage, options)


def run_test(options: argparse.Namespace) -> int:
    """Run the test command."""
    from course.suite import run_suites, suites

    return run_suites(suites(ROOT, options.suite))


def run_test_browser(options: argparse.Namespace) -> int:
    """Run the test-browser command."""
    from course.chromium import find_chromium
    from course.suite import Suite, run_suites

    find_chromium()  # to say so in a sentence before the tests do
    return run_suites([Suite("browser", ROOT, ("course/browser_tests",))])


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

    return show(find(load(ROOT), options.stage), tests=options.tests)


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: The words after `python -m course`.

    Returns:
        The exit status: 0 for success, 1 for a failed test or check, 2 for a request
        that cannot be served, 130 after an interruption.
    """
    options = build_parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except CourseError as error:
        sys.stderr.write(f"{error}\n")
        return error.status
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted.\n")
        return 130
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.EIO):
            raise
        # Whoever read our output has gone, a terminal or a pipe: say no more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
