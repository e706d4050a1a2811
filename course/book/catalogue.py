"""The tests of the repository, as the notes name them."""

import ast
import functools
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError

FOLDERS = ("gs*/tests", "course/tests", "course/browser_tests")


@dataclass(frozen=True)
class Test:
    """A test function.

    Attributes:
        path: Its file, relative to the repository, with slashes.
        name: Its name.
        says: Its docstring's first paragraph on one line; "" without a docstring.
    """

    __test__ = False  # pytest collects what is called so

    path: str
    name: str
    says: str


@functools.cache
def catalogue(root: Path) -> dict[str, list[Test]]:
    """Return every test function of a repository by its name."""
    found: dict[str, list[Test]] = {}
    for folder in FOLDERS:
        for path in sorted(root.glob(f"{folder}/**/*.py")):
            where = path.relative_to(root).as_posix()
            for node in ast.walk(ast.parse(path.read_bytes())):
                if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    continue
                if node.name.startswith("test_"):
                    first = (ast.get_docstring(node) or "").split("\n\n")[0]
                    test = Test(where, node.name, " ".join(first.split()))
                    found.setdefault(node.name, []).append(test)
    return found


def find_test(root: Path, name: str) -> Test:
    """Return a test.

    Args:
        root: The repository.
        name: Its file and name, such as "gs1_basic/tests/test_page.py::test_it", or
            only its name if that says which one.

    Raises:
        CourseError: There is no such test, or the name alone does not say which.
    """
    path, _, function = name.rpartition("::")
    found = [
        test
        for test in catalogue(root).get(function, [])
        if not path or test.path == path
    ]
    if not found:
        raise CourseError(f"there is no test {name}")
    if len(found) > 1:
        files = ", ".join(test.path for test in found)
        raise CourseError(f"{name} is in {files}: say which, file::name")
    return found[0]


def tests_in(root: Path, folder: str) -> set[tuple[str, str]]:
    """Return the files and names of the tests in a folder, such as "gs1_basic/"."""
    return {
        (test.path, test.name)
        for tests in catalogue(root).values()
        for test in tests
        if test.path.startswith(folder)
    }
