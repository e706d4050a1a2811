"""The step from one stage to the next, as a learner wants to read it."""

import contextlib
import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from course.errors import CourseError
from course.pager import CommandPager, find_pager
from course.stages import Stage
from course.words import plural

ADDED, REMOVED = "green", "red strike"
ALIKE = 0.6  # of 1: below it two lines are shown apart
REWRITTEN = 0.6  # of 1: a file of which more is new is shown whole
KINDS = ("Python", "pages", "other files", "tests and README")
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


def kind_of(name: str) -> str:
    """Return what a file's changed lines are counted as."""
    if not is_lesson(name):
        return "tests and README"
    if is_code(name):
        return "Python"
    return "other files" if name.endswith((".py", ".txt")) else "pages"


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


def changed_lines(files: Iterable[FileDifference]) -> Counter[str]:
    """Return how many lines are changed, by what they are counted as (KINDS)."""
    changed: Counter[str] = Counter()
    for each in files:
        changed[kind_of(each.name)] += each.changed
    return changed


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


def whole(before: list[str], after: list[str]) -> Iterator[Text]:
    """Yield all lines of a file, and mark those that the stage before has not."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, _, _, start, end in matcher.get_opcodes():
        for number, line in enumerate(after[start:end], start + 1):
            if tag == "equal":
                yield numbered(number, " ", Text(line))
            else:
                yield numbered(number, "+", Text(line, style=ADDED))


def is_rewritten(before: list[str], after: list[str]) -> bool:
    """Return whether most lines of a file are new."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    return len(after) - kept > REWRITTEN * len(after)


def choose(stage: Stage, paths: Sequence[str]) -> list[FileDifference]:
    """Return the differences of the files that a user names.

    Args:
        stage: The stage.
        paths: Files and folders, relative to the stage's folder or to the repository's.

    Raises:
        CourseError: Neither stage has such a file, or no file there differs.
    """
    assert stage.before is not None
    known = {*stage.before.files(), *stage.files()}
    chosen: set[str] = set()
    for path in paths:
        name = path.replace("\\", "/").removeprefix("./").rstrip("/")
        name = name.removeprefix(f"{stage.name}/")
        found = {each for each in known if each == name or each.startswith(f"{name}/")}
        if not found:
            raise CourseError(
                f"Neither {stage.before.name} nor {stage.name} has {path}. For a list "
                f"of what differs: make diff-{stage.number}."
            )
        chosen |= found
    shown = [each for each in differences(stage) if each.name in chosen]
    if not shown:
        raise CourseError(
            f"{', '.join(paths)}: the same in {stage.before.name} and {stage.name}."
        )
    return shown


def show(stage: Stage, paths: Sequence[str] = (), tests: bool = False) -> int:
    """Print the step to a stage: coloured and in a pager on a terminal.

    Args:
        stage: The stage; the step begins at the one before.
        paths: Files and folders that are shown; none for all.
        tests: Whether to show the tests and the README too, if no path is named.

    Raises:
        CourseError: It is the first stage, or a path is wrong.
    """
    if stage.before is None:
        raise CourseError(
            f"{stage.name} is the first stage, no step leads to it: read it whole."
        )
    if paths:
        shown = choose(stage, paths)
    else:
        shown = [each for each in differences(stage) if tests or is_lesson(each.name)]
    console = Console(highlight=False, soft_wrap=True)
    with contextlib.ExitStack() as stack:
        if command := find_pager():
            pager = CommandPager(command)
            stack.enter_context(console.pager(pager, styles=True))
        print_step(stage, shown, console)
    return 0


def print_step(stage: Stage, shown: Sequence[FileDifference], console: Console) -> None:
    """Print the files of a step, and count their changed lines.

    Args:
        stage: The stage; it has one before.
        shown: The files.
        console: Where to print.
    """
    assert stage.before is not None
    for each in shown:
        before = read_lines(stage.before, each.name)
        after = read_lines(stage, each.name)
        console.print(Text(f"── {each.name}", style="bold"), end=" ")
        lines: Iterator[Text] = iter(())
        if not after:
            console.print(f"is gone, {plural(len(before), 'line')}")
        elif not before or is_rewritten(before, after):
            how = "rewritten" if before else "new"
            console.print(f"is {how}, {plural(len(after), 'line')}: read it whole")
            lines = whole(before, after)
        else:
            console.print()
            marks = console.no_color or not console.is_terminal
            lines = step_of(before, after, marks)
        for line in lines:
            console.print(line)
        console.print()
    changed = changed_lines(shown)
    counts = ", ".join(
        f"{changed[kind]} of {kind}" for kind in KINDS if kind in changed
    )
    console.print(
        f"{stage.before.name} → {stage.name}: {counts} "
        f"(changed lines, in {plural(len(shown), 'file')}). {stage.concept}"
    )
