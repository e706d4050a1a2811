"""Programs of the system that some tests need, and the packages they come in."""

import os
import shutil
import sys

import pytest

PACKAGES = {"nginx": "nginx-light", "ps": "procps"}  # Debian's, where named otherwise


def program(name: str) -> str:
    """Return the path of a program; without it the test is skipped, but not on CI.

    Args:
        name: The program's name.
    """
    if sys.platform == "win32":
        pytest.skip(f"{name} is used on Linux and macOS")
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if path is None:
        package = PACKAGES.get(name, name)
        missing = f"{name} is not installed: apt-get install {package}"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path
