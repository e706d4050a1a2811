"""The machine that figures are taken on, without its name."""

import os
import platform
import re
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

MODEL = re.compile(r"^model name\s*:\s*(.+)$", re.MULTILINE)


def describe(packages: list[str]) -> dict[str, Any]:
    """Return what the figures depend on.

    Args:
        packages: Those whose versions matter; those that are missing are left out.
    """
    versions = {}
    for name in packages:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    release = re.match(r"\d+(\.\d+)?", platform.release())
    return {
        "cpus": os.cpu_count(),
        "model": model(),
        "system": f"{platform.system()} {release[0] if release else ''}".strip(),
        "python": platform.python_version(),
        "packages": versions,
    } | busy()


def model() -> str:
    """Return the name of the processor."""
    with suppress(OSError):
        if found := MODEL.search(Path("/proc/cpuinfo").read_text(encoding="utf-8")):
            return found[1].strip()
    return platform.processor() or platform.machine()


def busy() -> dict[str, float]:
    """Return how busy the machine has been for a minute: processes that would run.

    Windows does not say.
    """
    return {} if sys.platform == "win32" else {"load": round(os.getloadavg()[0], 1)}
