"""The step from one stage to the next, as a learner wants to read it."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from course.errors import CourseError
from course.stages import Stage

STYLES = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True)
class FileDifference:
    """How one file of a stage differs from the stage before.

    Attributes:
        name: The path in the stage.
        lines: The unified diff, without its two header lines.
    """

    name: str
    lines: tuple[str, ...]

    @property
    def changed(self) -> int:
        """Lines added and removed together."""
        return sum(line[:1] in ("+", "-") for line in self.lines)


def is_lesson(name: str) -> bool:
    """Return whether a file belongs to the step proper: no test and no README."""
    return not name.startswith("tests/") and name != "README.md"


def is_code(name: str) -> bool:
    """Return whether a file counts for a step's budget: Python app code."""
    return is_lesson(name) and name.endswith(".py") and "/migrations/" not in name


def read_lines(stage: Stage, name: str) -> list[str]:
    """Return a file's lines, none if the stage does not have it."""
    path = stage.path / name
    if not path.is_file():
        return []
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def differences(stage: Stage) -> Iterator[FileDifference]:
    """Yield every file that differs from the stage before, README and tests too."""
    if stage.before is None:
        return
    for name in sorted({*stage.before.files(), *stage.files()}):
        before, after = read_lines(stage.before, name), read_lines(stage, name)
        lines = list(difflib.unified_diff(before, after, lineterm="", n=3))[2:]
        if lines:
            yield FileDifference(name, tuple(lines))


def show(stage: Stage, tests: bool) -> int:
    """Print the step to a stage, coloured on a terminal.

    Args:
        stage: The stage; the step begins at the one before.
        tests: Whether to show the tests and the README too.

    Raises:
        CourseError: It is the first stage.
    """
    if stage.before is None:
        raise CourseError(
            f"{stage.name} is the first stage, no step leads to it: read it whole."
        )
    console = Console(highlight=False, soft_wrap=True)
    shown = [each for each in differences(stage) if tests or is_lesson(each.name)]
    for each in shown:
        console.print(Text(f"── {each.name}", style="bold"))
        for line in each.lines:
            console.print(Text(line, style=STYLES.get(line[:1], "")))
        console.print()
    lines = sum(each.changed for each in shown)
    console.print(
        f"{stage.before.name} → {stage.name}: {lines} changed lines in "
        f"{len(shown)} files. {stage.concept}"
    )
    return 0
