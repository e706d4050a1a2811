"""Finding a project, and reading its Python files."""

import ast
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from course.errors import CourseError

MOST_FILES = 4000  # Python files that are read
MOST_FOLDERS = 20_000  # folders that are looked into
LARGEST = 1_000_000  # bytes of a file that is read
# Not the project's own code, or wrong on purpose.
SKIPPED = {
    "__pycache__", "build", "dist", "env", "htmlcov", "migrations", "node_modules",
    "site-packages", "test", "tests", "venv", "virtualenv",
}  # fmt: skip


@dataclass
class Module:
    """One Python file of the project.

    Attributes:
        path: The file, relative to the project's folder, with slashes.
        name: What it is imported as from the project's folder, such as "chat.routing".
        is_package: Whether it is an __init__.py.
        tree: Its syntax tree.
    """

    path: str
    name: str
    is_package: bool
    tree: ast.Module

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the tree: to walk through it takes most of the time."""
        return list(ast.walk(self.tree))

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """All functions and methods."""
        kinds = ast.FunctionDef | ast.AsyncFunctionDef
        return [node for node in self.nodes if isinstance(node, kinds)]


@dataclass(frozen=True)
class Unreadable:
    """A file that is no Python, as this Python reads it.

    Attributes:
        path: The file, relative to the project's folder.
        line: Where, or 0 if that is not known.
        message: Why.
    """

    path: str
    line: int
    message: str


@dataclass
class Sources:
    """The Python files of a project.

    Attributes:
        root: The folder that manage.py is in.
        modules: Those that could be read, by name.
        unreadable: Those that could not.
        is_whole: Whether all of them were read: a huge tree is read in part.
    """

    root: Path
    modules: dict[str, Module] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)
    is_whole: bool = True


def find_project(path: Path) -> Path:
    """Return the folder of the project that is meant: the one that manage.py is in.

    Args:
        path: That folder, one above it, or manage.py itself.

    Raises:
        CourseError: There is no such folder, no manage.py below it, or several.
    """
    if path.name == "manage.py" and path.is_file():
        return path.parent
    if not path.is_dir():
        raise CourseError(
            f"There is no folder {path}: give the number of a stage, or the folder of "
            "a Django project, the one that manage.py is in."
        )
    if (path / "manage.py").is_file():
        return path
    found = sorted(Path(folder) for folder, files in walk(path) if "manage.py" in files)
    if not found:
        raise CourseError(
            f"There is no manage.py in {path}, nor below it: give the folder of a "
            "Django project."
        )
    if len(found) > 1:
        listed = "".join(f"\n  {folder}" for folder in found[:20])
        raise CourseError(
            f"There are {len(found)} projects below {path}: name one of them.{listed}"
        )
    return found[0]


def walk(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each folder of a project's own, with the names of its files, in order.

    Environments, packages, caches, tests and migrations are left out, and so is what
    is beyond MOST_FOLDERS.
    """
    seen = 0
    for folder, folders, files in os.walk(root):
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED and not name.startswith(".") and "{" not in name
        )
        yield folder, sorted(files)
        seen += 1
        if seen >= MOST_FOLDERS:
            return


def read_sources(root: Path) -> Sources:
    """Read a project's Python files, up to MOST_FILES."""
    sources = Sources(root)
    count = 0
    folders = 0
    for folder, files in walk(root):
        folders += 1
        for name in files:
            if not name.endswith(".py") or is_test(name):
                continue
            count += 1
            if count > MOST_FILES:
                sources.is_whole = False
                return sources
            read_into(sources, Path(folder) / name)
    sources.is_whole = sources.is_whole and folders < MOST_FOLDERS
    return sources


def is_test(name: str) -> bool:
    """Return whether a file is one of tests: what is wrong there may be meant so."""
    if name in ("conftest.py", "tests.py"):
        return True
    return name.startswith("test_") or name.endswith("_test.py")


def read_into(sources: Sources, path: Path) -> None:
    """Read one file, in whatever encoding it declares."""
    relative = path.relative_to(sources.root)
    shown = relative.as_posix()
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            sources.is_whole = False
            return
        content = path.read_bytes()
    except OSError as error:
        sources.unreadable.append(Unreadable(shown, 0, error.strerror or str(error)))
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a text is none of our business
            tree = ast.parse(content, shown)
    except SyntaxError as error:
        message = " ".join((error.msg or "invalid syntax").split())
        sources.unreadable.append(Unreadable(shown, error.lineno or 0, message))
        return
    except (ValueError, RecursionError, MemoryError) as error:
        sources.unreadable.append(Unreadable(shown, 0, str(error) or "too deep"))
        return
    is_package = path.name == "__init__.py"
    parts = relative.parent.parts if is_package else relative.with_suffix("").parts
    name = ".".join(parts)
    sources.modules[name] = Module(shown, name, is_package, tree)
