"""Rules about the book in notes/."""

import re
from collections.abc import Iterator
from pathlib import Path

from course.book import compare
from course.book.catalogue import catalogue
from course.book.pages import filled, pages, typed
from course.check.course import Course, Problem
from course.errors import CourseError

FENCE = re.compile(r"^ *(`{3,})(\w*)")
BY_HAND = ("sh", "mermaid")  # what no file of the repository has
NAMED = re.compile(r"`((?:[\w/]+\.py::)?test_\w+)`")
FILE = re.compile(r"`((?:[\w.-]+/)+[\w-]+\.(?:py|js|css|html|toml|ini|json|txt|md))`")
SECTIONS = ["See it", "The picture", "The code", "On the wire"]
SECTIONS += ["What the tests prove", "Break it on purpose", "Check yourself"]
SECTIONS += ["What this stage does not do", "Next"]
COLLECTIONS = {"errata.md": 20, "symptoms.md": 30}  # and how many entries they have


def notes(course: Course) -> Iterator[Problem]:
    """What the README and the notes quote is what stands in the repository."""
    for page in pages(course.root):
        where = page.relative_to(course.root).as_posix()
        try:
            current = filled(course.root, course.stages, page)
        except CourseError as error:
            yield Problem(where, str(error), "correct the directive")
            continue
        if current != page.read_text(encoding="utf-8"):
            yield Problem(where, "what it quotes has changed", "python -m course notes")


def blocks(course: Course) -> Iterator[Problem]:
    """Every block of code in the notes is quoted, but for commands and diagrams."""
    for page in book(course):
        where = page.relative_to(course.root).as_posix()
        fence = ""
        for number, line in typed(page.read_text(encoding="utf-8")):
            match = FENCE.match(line)
            if match is None:
                continue
            if fence:
                fence = "" if line.strip().startswith(fence) else fence
                continue
            fence = match[1]
            if match[2] not in BY_HAND:
                yield Problem(
                    where,
                    f"the block of {match[2] or 'code'} in line {number} was typed",
                    "keep it in a file that runs, and quote that",
                )


def tests_named(course: Course) -> Iterator[Problem]:
    """Every test and every file that the README and the notes name exists."""
    for page in pages(course.root):
        where = page.relative_to(course.root).as_posix()
        text = page.read_text(encoding="utf-8")
        for name in sorted(set(NAMED.findall(text))):
            if not is_test(course.root, name):
                yield Problem(where, f"there is no test {name}", "name one there is")
        for name in sorted(set(FILE.findall(text))):
            folders = [course.root, *(stage.path for stage in course.stages)]
            if not any((folder / name).exists() for folder in folders):
                yield Problem(where, f"there is no file {name}", "name one there is")


def is_test(root: Path, name: str) -> bool:
    """Return whether there is a test of a name, or of a stage's file and a name."""
    path, _, function = name.rpartition("::")
    return any(
        f"/{test.path}".endswith(f"/{path}") if path else True
        for test in catalogue(root).get(function, [])
    )


def chapters(course: Course) -> Iterator[Problem]:
    """Each stage has its chapter, with the sections of a chapter in their order."""
    for stage in course.stages:
        where = f"notes/{stage.name}.md"
        path = course.root / where
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        found = re.findall(r"^## (.+)$", text, re.MULTILINE)
        if found != SECTIONS:
            missing = ", ".join(name for name in SECTIONS if name not in found)
            yield Problem(
                where,
                f"it has not the sections of a chapter; missing: {missing or 'none'}",
                f"have these, in this order: {', '.join(SECTIONS)}",
            )


def shown(course: Course) -> Iterator[Problem]:
    """Each erratum and each symptom names a test, and there are enough of them."""
    for name, least in COLLECTIONS.items():
        where = f"notes/{name}"
        path = course.root / where
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        entries = re.split(r"^### ", text, flags=re.MULTILINE)[1:]
        if len(entries) < least:
            yield Problem(where, f"it has {len(entries)} entries", f"have {least}")
        for entry in entries:
            if not NAMED.search(entry.split("\n## ")[0]):
                title = entry.splitlines()[0]
                yield Problem(where, f"{title!r} names no test", "name one, in `…`")


def servers(course: Course) -> Iterator[Problem]:
    """What the notes say of Daphne and uvicorn is what both do."""
    for difference in compare.differences(course.root):
        yield Problem(
            "notes/servers.json",
            difference,
            "if it is so: python -m course servers, then python -m course notes",
        )


def book(course: Course) -> list[Path]:
    """Return the pages of the book: all but the README at the top."""
    return [page for page in pages(course.root) if page.parent != course.root]
