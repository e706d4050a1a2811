"""Parts of files, as the notes quote them."""

import ast
import textwrap
from pathlib import Path

from course.errors import CourseError

CLOSING = ("}", "]", ")", "</")  # how the last line of a block begins


def region(path: Path, first: str = "", last: str = "") -> str:
    """Return a part of a file, without the indentation that its lines share.

    Args:
        path: The file.
        first: What the part begins with: in Python the name of a class, a function or
            a constant, "Class.method" for a method; otherwise how its first line
            begins. "" for the whole file.
        last: How its last line begins. Without it, the part is the indented block
            that its first line opens.

    Raises:
        CourseError: There is no such file or part, or more than one.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{path.name} cannot be read: {error.strerror}") from None
    lines = text.splitlines()
    if not first:
        return text.strip("\n")
    if last:
        start = the_only_line(path, lines, first)
        end = next_line(path, lines, last, start)
    elif path.suffix == ".py":
        start, end = symbol(path, text, first)
    else:
        start = the_only_line(path, lines, first)
        end = end_of_block(lines, start)
    return textwrap.dedent("\n".join(lines[start : end + 1])).strip("\n")


def the_only_line(path: Path, lines: list[str], beginning: str) -> int:
    """Return the index of the one line that begins so, its indentation aside."""
    found = [
        index
        for index, line in enumerate(lines)
        if line.strip().startswith(beginning.strip())
    ]
    if len(found) != 1:
        what = f"{len(found)} lines of {path.name} begin with {beginning!r}"
        raise CourseError(f"{what}: quote one that there is once")
    return found[0]


def next_line(path: Path, lines: list[str], beginning: str, start: int) -> int:
    """Return the index of the next line, from `start` on, that begins so."""
    for index in range(start, len(lines)):
        if lines[index].strip().startswith(beginning.strip()):
            return index
    where = f"line {start + 1} of {path.name}"
    raise CourseError(f"no line after {where} begins with {beginning!r}")


def end_of_block(lines: list[str], start: int) -> int:
    """Return the index of the last line of the block that a line opens."""
    depth, end = indentation(lines[start]), start
    for index in range(start + 1, len(lines)):
        line = lines[index]
        if line.strip() and indentation(line) <= depth:
            return index if line.strip().startswith(CLOSING) else end
        if line.strip():
            end = index
    return end


def indentation(line: str) -> int:
    """Return how many characters a line is indented."""
    return len(line) - len(line.lstrip())


def symbol(path: Path, text: str, name: str) -> tuple[int, int]:
    """Return the indices of the first and last line of what has a name in Python.

    Its decorators belong to it, and the comment that stands directly above.
    """
    nodes: list[ast.stmt] = [ast.parse(text)]  # type: ignore[list-item]
    for part in name.split("."):
        found = [
            child for child in getattr(nodes[-1], "body", []) if part in names_of(child)
        ]
        if not found:
            raise CourseError(f"{path.name} has no {name!r}")
        nodes.append(found[0])
    node, lines = nodes[-1], text.splitlines()
    decorators = getattr(node, "decorator_list", [])
    start = min(each.lineno for each in [node, *decorators]) - 1
    while start and lines[start - 1].strip().startswith("#"):
        start -= 1
    return start, (node.end_lineno or node.lineno) - 1


def names_of(node: ast.stmt) -> list[str]:
    """Return the names that a statement defines."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [each.id for each in node.targets if isinstance(each, ast.Name)]
    return []
