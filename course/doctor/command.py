"""The command: python -m course doctor [N|PATH]."""

import argparse
import io
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from course.doctor.findings import Finding, lines_of
from course.doctor.inventory import inventory
from course.doctor.machine import (
    examine_machine,
    examine_packages,
    examine_variables,
    package_versions,
)
from course.doctor.project.examine import examine_project
from course.doctor.redis import examine_redis
from course.doctor.stage import examine_stage
from course.environment import ROOT
from course.errors import CourseError
from course.interruption import silence
from course.stages import Stage, find, load

REDIS_VARIABLES = ("REDIS_URL", "REDIS_LAYER")


def main(arguments: list[str]) -> int:
    """Print what was looked at and what is wrong: here, or in somebody's project.

    Returns:
        0 if nothing is wrong, 1 if something is, 2 for a wrong command line, 130 after
        an interruption.
    """
    parser = argparse.ArgumentParser(
        prog="python -m course doctor",
        description="Say what is wrong with this machine and the stages, or with a "
        "Django Channels project, and the remedy. A project is read, and not run.",
    )
    parser.add_argument(
        "what",
        metavar="N|PATH",
        nargs="?",
        help="the number of a stage, or the folder of a project; without it all stages",
    )
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file of somebody's project may have a name that this terminal cannot show.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return report(options.what)
    except CourseError as error:
        print(error, file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        silence()
        return 1


def report(what: str | None) -> int:
    """Print what was looked at and what is wrong.

    Args:
        what: The number of a stage, a folder, or None for the machine and all stages.

    Returns:
        0 if nothing is wrong, or 1.

    Raises:
        CourseError: There is no such stage, or no such project.
    """
    if what is None or (what.isascii() and what.isdigit()):
        stages = load(ROOT)
        if what is not None:
            stages = [find(stages, int(what))]
        versions = package_versions(ROOT)
        seen = [*inventory(ROOT, versions)]
        seen.append(("Stages", ", ".join(stage.name for stage in stages)))
        print_seen(seen)
        findings = list(examine_here(stages, versions))
    else:
        seen, findings = examine_project(Path(what))
        print_seen(seen)
    for line in lines_of(findings):
        print(line)
    sys.stdout.flush()
    return 1 if findings else 0


def examine_here(
    stages: list[Stage], versions: dict[str, str | None] | None
) -> Iterator[Finding]:
    """Yield what is wrong with the machine and with stages, nothing twice.

    Args:
        stages: The stages to look at.
        versions: What package_versions() returned.
    """
    yield from examine_machine(ROOT)
    yield from examine_variables()
    missing = list(examine_packages(ROOT, versions))
    yield from missing
    if missing:  # no stage would start, and each would say so again
        return
    redis = list(examine_redis(ROOT, stages))
    yield from redis
    without = REDIS_VARIABLES if redis else ()

    def examine(stage: Stage) -> list[Finding]:
        return list(examine_stage(ROOT, stage, without))

    # Each is a process of its own, which takes half a second.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = [each for some in pool.map(examine, stages) for each in some]
    yield from dict.fromkeys(found)


def print_seen(seen: list[tuple[str, str]]) -> None:
    """Print what was looked at, and show it at once: what follows takes a while."""
    width = max(len(name) for name, _ in seen)
    print("Looked at:")
    for name, what in seen:
        print(f"  {name:{width}}  {what}")
    print(flush=True)
