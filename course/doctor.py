"""What is wrong with this machine or a stage: the symptom first, then the remedy.

Only the standard library is used here: it must work where set-up does not.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

from course.environment import ROOT, environment_python, is_ready
from course.errors import CourseError
from course.findings import Finding, last_line
from course.redis_doctor import examine_redis
from course.stages import BASE_PORT, Stage, find, load

MODULE = "config.settings"
# Runs in a stage's folder, with the stage's own interpreter. What the user has set is a
# finding of its own.
READ_SETTINGS = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from django.conf import settings
application = getattr(settings, "ASGI_APPLICATION", None)
print(json.dumps([list(settings.INSTALLED_APPS), application]))
"""


def examine_machine(root: Path) -> Iterator[Finding]:
    """Yield what is wrong with the machine and the environment."""
    if not is_ready(root):
        yield Finding(
            "Commands start with a set-up",
            ".venv is missing, half of it is gone, or requirements.txt has changed",
            "make setup, or python -m course setup",
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


def examine_stage(root: Path, stage: Stage) -> Iterator[Finding]:
    """Yield what is wrong with one stage."""
    if not stage.path.is_dir():
        yield Finding(
            f"Commands about stage {stage.number} fail",
            f"the folder {stage.name} is missing",
            "take it from the repository",
        )
        return
    port = BASE_PORT + stage.number
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            yield Finding(
                f"make demo-{stage.number} says that port {port} is taken",
                f"another program listens on port {port}",
                f"end it, or make demo-{stage.number} PORT={port + 1000}",
            )
    python = environment_python(root / ".venv")
    if not python.exists():
        return
    done = subprocess.run(
        [python, "-c", READ_SETTINGS], cwd=stage.path, capture_output=True, text=True
    )
    if done.returncode:
        said = last_line(done.stderr)
        remedy = f"mend {stage.name}/config/settings.py"
        if said.startswith("ModuleNotFoundError"):
            remedy += "; if it is a package's module, delete .venv, then make setup"
        yield Finding(
            f"{stage.name} does not start",
            f"its settings cannot be read: {said}",
            remedy,
        )
        return
    apps, application = json.loads(done.stdout.splitlines()[-1])
    yield from examine_settings(stage, apps, application)


def examine_settings(
    stage: Stage, apps: list[str], application: str | None
) -> Iterator[Finding]:
    """Yield what is wrong with a stage's settings."""
    settings = f"{stage.name}/config/settings.py"
    static = "django.contrib.staticfiles"
    if "daphne" not in apps:
        yield Finding(
            "runserver answers 404 to every WebSocket, and does not say ASGI/Daphne",
            '"daphne" is not in INSTALLED_APPS, so runserver is the one without ASGI',
            f'put "daphne" first into INSTALLED_APPS in {settings}',
        )
    elif static in apps and apps.index(static) < apps.index("daphne"):
        yield Finding(
            "runserver ends with daphne.E001",
            f'"{static}" stands before "daphne", and brings a runserver of its own',
            f'put "daphne" first into INSTALLED_APPS in {settings}',
        )
    if application != "config.asgi.application":
        yield Finding(
            "runserver does not start, or WebSockets do not reach the routes",
            f"ASGI_APPLICATION is {application!r}",
            f'set ASGI_APPLICATION = "config.asgi.application" in {settings}',
        )
    elif not (stage.path / "config" / "asgi.py").is_file():
        yield Finding(
            "runserver cannot import config.asgi",
            f"{stage.name}/config/asgi.py is missing",
            "take it from the repository",
        )


def main(arguments: list[str]) -> int:
    """Print what is wrong, of the machine and of one stage or all.

    Returns:
        0 if nothing is wrong, 1 if something is, 2 for a wrong command line.
    """
    parser = argparse.ArgumentParser(prog="python -m course doctor")
    parser.add_argument("stage", type=int, metavar="N", nargs="?")
    options = parser.parse_args(arguments)
    try:
        stages = load(ROOT)
        if options.stage is not None:
            stages = [find(stages, options.stage)]
    except CourseError as error:
        print(error, file=sys.stderr)
        return error.status
    findings = [*examine_machine(ROOT), *examine_variables()]
    findings += examine_redis(ROOT, stages)
    for stage in stages:
        findings += examine_stage(ROOT, stage)
    for number, finding in enumerate(findings, 1):
        print(f"{number}. Symptom: {finding.symptom}.")
        print(f"   Cause:   {finding.cause}.")
        print(f"   Remedy:  {finding.remedy}.\n")
    names = ", ".join(stage.name for stage in stages)
    print(f"{len(findings)} found wrong" if findings else f"Nothing is wrong: {names}.")
    return 1 if findings else 0
