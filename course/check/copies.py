"""Rules about what one stage may change of the stage before."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import zip_longest

from course.check.course import Course, Problem
from course.difference import changed_lines, differences
from course.stages import Stage

MANIFEST = "course/stages.toml"


def copies(course: Course) -> Iterator[Problem]:
    """A file that stages.toml does not declare is identical to the stage before."""
    for stage in course.steps():
        assert stage.before is not None
        before, after = set(stage.before.files()), set(stage.files())
        for name in sorted(before & after):
            same = read(stage.before, name) == read(stage, name)
            where = f"{stage.name}/{name}"
            if not same and name not in stage.changed:
                yield Problem(
                    where,
                    f"it differs from {stage.before.name}, undeclared",
                    f"make it identical, or name it in `changed` of {stage.name}",
                )
            if same and name in stage.changed:
                yield Problem(
                    where,
                    f"it is declared as changed, and is as in {stage.before.name}",
                    f"take it out of `changed` of {stage.name}",
                )
        yield from undeclared(stage, "new", after - before, set(stage.new))
        yield from undeclared(stage, "removed", before - after, set(stage.removed))
        for name in sorted(set(stage.changed) - (before & after)):
            yield Problem(
                MANIFEST,
                f"{stage.name} declares {name} as changed, but not both stages have it",
                "take it out",
            )


def undeclared(
    stage: Stage, key: str, real: set[str], declared: set[str]
) -> Iterator[Problem]:
    """Yield the differences between what is new or removed and what is declared so."""
    for name in sorted(real - declared):
        yield Problem(
            f"{stage.name}/{name}",
            f"it is {key}, undeclared",
            f"name it in `{key}` of {stage.name} in stages.toml",
        )
    for name in sorted(declared - real):
        yield Problem(
            MANIFEST,
            f"{stage.name} declares {name} as {key}, and it is not",
            f"take it out of `{key}`",
        )


def budget(course: Course) -> Iterator[Problem]:
    """Each step stays within the changed lines that stages.toml allows it."""
    for stage in course.steps():
        changed = changed_lines(differences(stage))
        code, pages = changed["Python"], changed["pages"]
        course.notes.append(
            f"{stage.name}: {code} of {stage.cap} lines of code, {pages} of pages"
        )
        if code > stage.cap:
            yield Problem(
                stage.name,
                f"its step changes {code} lines of code, {stage.cap} are allowed",
                "make the step smaller, or state a higher cap and why in stages.toml",
            )


def twins(course: Course) -> Iterator[Problem]:
    """Twin stages have the same test modules, and one line of their helpers differs."""
    by_name = {stage.name: stage for stage in course.stages}
    for stage in course.stages:
        if not stage.twin:
            continue
        twin = by_name.get(stage.twin)
        if twin is None:
            yield Problem(MANIFEST, f"{stage.twin} is no stage", "name the twin right")
            continue
        differing = 0
        for name in sorted(set(twin.files()) & set(stage.files())):
            if not fnmatch(name, "tests/*.py"):
                continue
            where = f"{stage.name}/{name}"
            lines = differing_lines(read(twin, name), read(stage, name))
            if lines and fnmatch(name, "tests/test_*.py"):
                yield Problem(
                    where,
                    f"it differs from {twin.name}, its twin",
                    "make both the same, and put what differs into a helper",
                )
            elif lines:
                differing += lines
                if differing > 1:
                    yield Problem(
                        where,
                        f"with this, more than one line differs from {twin.name}",
                        "let one constant of one helper be the difference",
                    )


def differing_lines(one: bytes, other: bytes) -> int:
    """Return how many lines of two files differ, in their places."""
    pairs = zip_longest(one.splitlines(True), other.splitlines(True))
    return sum(a != b for a, b in pairs)


def tests_grow(course: Course) -> Iterator[Problem]:
    """Every test of the stage before is still there, or retired with a reason."""
    for stage in course.steps():
        assert stage.before is not None
        gone = test_names(stage.before) - test_names(stage)
        for name in sorted(gone - set(stage.retired)):
            yield Problem(
                f"{stage.name}/{name}",
                f"this test of {stage.before.name} is gone",
                "bring it back, or give its reason in `retired` in stages.toml",
            )
        for name, reason in stage.retired.items():
            if name not in gone:
                yield Problem(
                    MANIFEST, f"{name} is retired and is not gone", "take it out"
                )
            elif not reason.strip():
                yield Problem(MANIFEST, f"{name} is retired without a reason", "say it")


def test_names(stage: Stage) -> set[str]:
    """Return a stage's tests, such as "tests/test_page.py::test_it"."""
    found = set()
    for name in stage.files():
        if fnmatch(name, "tests/test_*.py"):
            for node in ast.walk(ast.parse(read(stage, name))):
                if isinstance(
                    node, ast.FunctionDef | ast.AsyncFunctionDef
                ) and node.name.startswith("test_"):
                    found.add(f"{name}::{node.name}")
    return found


def read(stage: Stage, name: str) -> bytes:
    """Return a file's content; nothing if it is missing."""
    path = stage.path / name
    return path.read_bytes() if path.is_file() else b""
