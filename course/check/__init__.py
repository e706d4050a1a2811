"""The course's own rules, checked: python -m course check."""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

from course.book.pages import write
from course.check import (
    breaking,
    copies,
    execution,
    needs,
    notes,
    structure,
    texts,
    tools,
)
from course.check.course import Course, Problem
from course.errors import CourseError
from course.stages import load

Rule = Callable[[Course], Iterator[Problem]]

RULES: dict[str, Rule] = {
    "house": structure.house,
    "manifest": structure.manifest,
    "layout": structure.layout,
    "names": structure.names,
    "secret-key": structure.secret_key,
    "modules": structure.modules,
    "imports": needs.imports,
    "requirements": needs.requirements,
    "lock": needs.lock,
    "copies": copies.copies,
    "budget": copies.budget,
    "twins": copies.twins,
    "tests-grow": copies.tests_grow,
    "readme": texts.readme,
    "commands": texts.commands,
    "links": texts.links,
    "notes": notes.notes,
    "blocks": notes.blocks,
    "tests-named": notes.tests_named,
    "chapters": notes.chapters,
    "shown": notes.shown,
    "ruff": tools.ruff,
    "mypy": tools.mypy,
    "django": execution.django,
    "servers": notes.servers,
    "demos": execution.demos,
    "new-tests-fail": execution.new_tests_fail,
    "breaks": breaking.breaks,
    "standalone": execution.standalone,
    "own-tests": tools.own_tests,
}


def check(root: Path, options: argparse.Namespace) -> int:
    """Check the rules and print what breaks them.

    Args:
        root: The repository.
        options: rules (names, none for all), list (only print them) and fix (rewrite
            the generated parts first).

    Returns:
        0 if every rule holds, else 1.

    Raises:
        CourseError: A rule is unknown, or stages.toml cannot be read.
    """
    console = Console(highlight=False, soft_wrap=True)
    for name in options.rules:
        if name not in RULES:
            known = ", ".join(RULES)
            raise CourseError(f"There is no rule {name!r}. There are: {known}.")
    if options.list:
        for name, rule in RULES.items():
            console.print(f"{name:16}{summary(rule)}", markup=False)
        return 0
    course = Course(root, load(root))
    if options.fix:
        write(root, course.stages)
    passed = failed = 0
    for name in options.rules or RULES:
        started = time.monotonic()
        problems = list(RULES[name](course))
        seconds = time.monotonic() - started
        verdict = "[red]FAIL[/red]" if problems else "[green]ok[/green]  "
        console.print(f"{verdict}  {name:16}", end="")
        console.print(f"{seconds:6.1f} s  {summary(RULES[name])}", markup=False)
        for problem in problems:
            console.print(f"      {problem}", markup=False)
        for note in course.take_notes():
            console.print(f"      {note}", markup=False)
        passed, failed = passed + (not problems), failed + bool(problems)
    console.print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def summary(rule: Rule) -> str:
    """Return the first line of a rule's docstring, which says what holds."""
    return (rule.__doc__ or "").splitlines()[0]
