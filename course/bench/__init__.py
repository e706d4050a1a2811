"""What is claimed of speed, measured: python -m course bench."""

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from course.bench.child import NotHere
from course.bench.figures import Result
from course.bench.machine import describe
from course.bench.words import markdown, show
from course.errors import CourseError

NAMES = ("echo", "blocking", "fanout", "overflow", "rows", "memory", "crowd")
FOLDER = "notes/measured"
USUAL = 120  # columns, where there is no terminal


def run(root: Path, names: list[str], quick: bool) -> int:
    """Measure, and print the figures and whether the claims hold.

    Args:
        root: The repository; a run that is not quick writes to its notes/measured.
        names: The benchmarks, none for all.
        quick: Whether the figures need only be good enough for the claims.

    Returns:
        0 if every claim holds, else 1.

    Raises:
        CourseError: There is no such benchmark, or something that it needs.
    """
    for name in names:
        require(name)
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = USUAL
    failed = False
    for name in names or NAMES:
        try:
            with console.status(f"Measuring {name} …"):
                result = measure(name, quick)
                if quick and not all(claim.holds for claim in result.claims):
                    # Something else may have kept the machine busy: a second chance.
                    result = measure(name, quick)
        except NotHere as error:
            if names:
                raise
            console.print(f"{name}: left out. {error}", markup=False)
            continue
        show(result, console)
        failed |= not all(claim.holds for claim in result.claims)
        if not quick:
            for path in write(root, result):
                console.print(f"Wrote {path.relative_to(root).as_posix()}.")
    return 1 if failed else 0


def require(name: str) -> None:
    """Make sure that there is a benchmark of a name.

    Raises:
        CourseError: There is none.
    """
    if name not in NAMES:
        known = ", ".join(NAMES)
        raise CourseError(f"There is no benchmark {name!r}. There are: {known}.")


def measure(name: str, quick: bool) -> Result:
    """Return what a benchmark finds now.

    Args:
        name: Its name.
        quick: Whether the figures need only be good enough for the claims.
    """
    module = importlib.import_module(f"course.bench.{name}")
    take: Callable[[bool], Awaitable[Result]] = module.measure
    before = describe([])  # how busy it is before the measuring makes it so

    async def taken() -> Result:
        return await take(quick)

    try:
        result = asyncio.run(taken())
    except ExceptionGroup as group:  # of clients side by side: one of them will do
        raise leaf(group) from None
    return replace(
        result,
        name=name,
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        machine=before | {"packages": describe(result.packages)["packages"]},
        quick=quick,
    )


def leaf(error: Exception) -> Exception:
    """Return the first exception of a group, or an exception itself."""
    return leaf(error.exceptions[0]) if isinstance(error, ExceptionGroup) else error


def write(root: Path, result: Result) -> list[Path]:
    """Write what was found as JSON and as a picture; return the files."""
    from course.bench.plot import draw  # slow to import

    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    figures = folder / f"{result.name}.json"
    figures.write_text(result.to_json(), encoding="utf-8", newline="\n")
    return [figures, draw(result, folder / f"{result.name}.svg")]


def table(root: Path, name: str, folder: Path = Path("notes")) -> str:
    """Return the measured tables in Markdown, with a picture, the date and the machine.

    Args:
        root: The repository.
        name: The benchmark.
        folder: That of the page they are for, relative to the repository.

    Raises:
        CourseError: There is no such benchmark, or it was never measured.
    """
    return markdown(load(root, name), root, folder)


def load(root: Path, name: str) -> Result:
    """Return what was last measured and written.

    Raises:
        CourseError: There is no such benchmark, or it was never measured.
    """
    require(name)
    try:
        text = (root / FOLDER / f"{name}.json").read_text(encoding="utf-8")
        return Result.from_json(text)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise CourseError(
            f"{FOLDER}/{name}.json cannot be read: {error}. "
            f"Measure anew: python -m course bench {name}."
        ) from error
