"""Programs of the system that some tests need, and the packages they come in."""

import sys

import pytest

from course.programs import find_program
from course.suite import is_strict

PACKAGES = {"nginx": "nginx-light", "ps": "procps"}  # Debian's, where named otherwise


def program(name: str) -> str:
    """Return the path of a program; without it the test is skipped, but not on CI.

    Args:
        name: The program's name.
    """
    if sys.platform == "win32":
        pytest.skip(f"{name} is used on Linux and macOS")
    path = find_program(name)
    if path is None:
        package = PACKAGES.get(name, name)
        missing = f"{name} is not installed: apt-get install {package}"
        if is_strict():
            pytest.fail(missing)
        pytest.skip(missing)
    return path
