"""The step from one stage to the next, as a learner wants to read it."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from course.errors import CourseError
from course.stages import Stage

ADDED, REMOVED = "green", "red strike"
ALIKE = 0.6  # of 1: below it two lines are shown apart
WORD = re.compile(r"\w+|\s+|.")


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


def step_of(before: list[str], after: list[str], marks: bool) -> Iterator[Text]:
    """Yield what changed in a file, line by line, and word by word where lines match.

    A line that was changed is shown once, with what it lost and what it gained.

    Args:
        before, after: The file's lines.
        marks: Mark words as git diff --word-diff does, for want of colours.
    """
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        old, new = before[start:end], after[other_start:other_end]
        pairs = list(zip(old, new, strict=False))
        if not all(are_alike(*pair) for pair in pairs):
            pairs = []
        for number, pair in enumerate(pairs, other_start + 1):
            yield numbered(number, "~", words_of(*pair, marks))
        for line in old[len(pairs) :]:
            yield numbered(None, "-", Text(line, style=REMOVED))
        for number, line in enumerate(new[len(pairs) :], other_start + len(pairs) + 1):
            yield numbered(number, "+", Text(line, style=ADDED))


def numbered(number: int | None, sign: str, line: Text) -> Text:
    """Return a line with its number in the new file before it."""
    return Text.assemble((f"{number or '':4} ", "dim"), f"{sign} ", line)


def are_alike(old: str, new: str) -> bool:
    """Return whether one line is the other one with some words changed."""
    return difflib.SequenceMatcher(None, old, new).ratio() > ALIKE


def words_of(old: str, new: str, marks: bool) -> Text:
    """Return a changed line, with the words it lost and those it gained."""
    before, after = WORD.findall(old), WORD.findall(new)
    text = Text()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            text.append("".join(before[start:end]))
            continue
        for words, style, mark in (
            (before[start:end], REMOVED, "[-{}-]"),
            (after[other_start:other_end], ADDED, "{{+{}+}}"),
        ):
            if words:
                mark = mark if marks else "{}"
                text.append(mark.format("".join(words)), style=style)
    return text


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
        before, after = (
            read_lines(stage.before, each.name),
            read_lines(stage, each.name),
        )
        console.print(Text(f"── {each.name}", style="bold"), end=" ")
        if before and after:
            console.print()
            for line in step_of(before, after, not console.is_terminal):
                console.print(line)
        elif tests or not after:
            console.print("is new" if after else f"is gone, {len(before)} lines")
            for text in after:
                console.print(Text(f"+ {text}", style=ADDED))
        else:
            console.print(f"is new, {len(after)} lines: read it whole")
        console.print()
    lines = sum(each.changed for each in shown)
    console.print(
        f"{stage.before.name} → {stage.name}: {lines} changed lines in "
        f"{len(shown)} files. {stage.concept}"
    )
    return 0
