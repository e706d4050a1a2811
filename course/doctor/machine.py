"""What is wrong with this machine: .venv, and the variables of the shell."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

from course.doctor.findings import Finding
from course.environment import environment_python, is_ready

MODULE = "config.settings"
# Names of distributions, and the module of each that is tried.
PACKAGES = {
    "Django": "django",
    "channels": "channels",
    "daphne": "daphne",
    "channels-redis": "channels_redis",
}
# A folder of which only a part was deleted is still found, but without a file.
ASK_VERSIONS = """
import importlib.metadata, importlib.util, json, sys
versions = {}
for name, module in json.loads(sys.argv[1]).items():
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        versions[name] = None
        continue
    try:
        versions[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        versions[name] = "without a version"
print(json.dumps(versions))
"""


def examine_machine(root: Path) -> Iterator[Finding]:
    """Yield what is wrong with the machine and the environment."""
    if not is_ready(root):
        yield Finding(
            "Commands start with a set-up",
            ".venv is missing, half of it is gone, or requirements.txt has changed",
            "make setup, or python -m course setup",
        )


def package_versions(root: Path) -> dict[str, str | None] | None:
    """Return the version of each of PACKAGES in .venv, None for one that is missing.

    Args:
        root: The repository.

    Returns:
        None if there is no .venv, or its Python does not run.
    """
    python = environment_python(root / ".venv")
    try:
        done = subprocess.run(
            [python, "-c", ASK_VERSIONS, json.dumps(PACKAGES)],
            capture_output=True,
            text=True,
        )
        versions: dict[str, str | None] = json.loads(done.stdout)
    except (OSError, ValueError):
        return None
    return versions


def examine_packages(
    root: Path, versions: dict[str, str | None] | None
) -> Iterator[Finding]:
    """Yield that packages are missing from .venv, all of them in one finding.

    Args:
        root: The repository.
        versions: What package_versions() returned.
    """
    if versions is None:
        if is_ready(root):  # else it is known to be missing
            yield Finding(
                "No stage starts, and no test runs",
                "the Python of .venv does not run: it may be another machine's",
                "delete .venv, then make setup",
            )
        return
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        yield Finding(
            "No stage starts, and no test runs",
            f"{' and '.join(missing)} {verb} missing from .venv",
            "delete .venv, then make setup",
        )


def examine_variables() -> Iterator[Finding]:
    """Yield which variables of the shell have all stages do something else."""
    module = os.environ.get("DJANGO_SETTINGS_MODULE", MODULE)
    if module != MODULE:
        yield Finding(
            "manage.py, daphne and uvicorn do not start, or with other settings",
            f"DJANGO_SETTINGS_MODULE is {module!r} in this shell, perhaps for another "
            f"project: manage.py sets {MODULE} only if it is not set",
            "unset DJANGO_SETTINGS_MODULE",
        )
    if getproxies().get("http") and not proxy_bypass("127.0.0.1"):
        yield Finding(
            "curl gets a proxy's error for a page that a browser shows",
            "http_proxy is set, and no_proxy does not name 127.0.0.1: curl, and much "
            "else, asks a proxy for what is on this machine",
            "set no_proxy to 127.0.0.1,localhost, or unset http_proxy",
        )
