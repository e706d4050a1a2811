"""What is wrong with one stage: its port, its settings, and its application."""

import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course.doctor.findings import Finding, last_line
from course.environment import environment_python
from course.stages import BASE_PORT, Stage

FLAGS = re.MULTILINE | re.IGNORECASE
TIMEOUT = 60  # seconds for a stage to be imported
# Runs in a stage's folder, with the interpreter of .venv. What the user has set for
# another project is a finding of its own. The last line is for the doctor: what the
# stage itself prints stands before it.
IMPORT = """
import json, os, sys, traceback
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
told = {}
try:
    step = "settings"
    from django.conf import settings
    told["apps"] = list(settings.INSTALLED_APPS)
    told["application"] = getattr(settings, "ASGI_APPLICATION", None)
    if os.path.isfile(os.path.join("config", "asgi.py")):
        step = "application"
        import config.asgi
except BaseException as error:
    frames = [
        (frame.filename, frame.lineno)
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno))
        said = error.msg
    else:
        said = " ".join(str(error).split())
    told.update(step=step, kind=type(error).__name__, said=said, frames=frames)
print()
print(json.dumps(told))
"""


@dataclass(frozen=True)
class Failure:
    """Why a stage cannot be imported.

    Attributes:
        step: "settings" or "application".
        kind: The class of the exception.
        said: Its text, in one line.
        frames: The file and line of each call that led there.
    """

    step: str
    kind: str
    said: str
    frames: list[tuple[str, int]]


def examine_stage(
    root: Path, stage: Stage, without: tuple[str, ...] = ()
) -> Iterator[Finding]:
    """Yield what is wrong with one stage.

    Args:
        root: The repository.
        stage: The stage.
        without: Variables of the shell that are not given to the stage: what is wrong
            with them has been said.
    """
    if not stage.path.is_dir():
        yield Finding(
            f"Commands about stage {stage.number} fail",
            f"the folder {stage.name} is missing",
            "take it from the repository",
        )
        return
    yield from examine_port(stage)
    python = environment_python(root / ".venv")
    if not python.exists():
        return
    environment = {name: os.environ[name] for name in os.environ if name not in without}
    try:
        done = subprocess.run(
            [python, "-c", IMPORT],
            cwd=stage.path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
        )
    except OSError:  # examine_packages() says that its Python does not run
        return
    except subprocess.TimeoutExpired:
        yield Finding(
            f"{stage.name} does not start",
            f"config.asgi is still being imported after {TIMEOUT} s",
            f"look for what waits in {stage.name}: a module is imported to the end",
        )
        return
    try:
        told = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        yield Finding(
            f"{stage.name} does not start",
            f"the process that imports it ends: {last_line(done.stderr)}",
            "delete .venv, then make setup",
        )
        return
    if "apps" in told:
        yield from examine_settings(stage, told["apps"], told["application"])
    if "kind" in told:
        frames = [(str(file), int(line or 0)) for file, line in told["frames"]]
        failure = Failure(told["step"], told["kind"], told["said"], frames)
        yield explain(stage, failure)


def examine_port(stage: Stage) -> Iterator[Finding]:
    """Yield that another program has the port of the stage's demo."""
    port = BASE_PORT + stage.number
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            yield Finding(
                f"make demo-{stage.number} says that port {port} is taken",
                f"another program listens on port {port}",
                f"end it, or make demo-{stage.number} PORT={port + 1000}",
                "couldnt-listen-on-127001",
            )


def explain(stage: Stage, failure: Failure) -> Finding:
    """Return what is wrong with a stage that cannot be imported."""
    folder = stage.path.resolve()
    inside = [
        (Path(file).resolve().relative_to(folder).as_posix(), line)
        for file, line in failure.frames
        if Path(file).resolve().is_relative_to(folder)
    ]
    file, line = inside[-1] if inside else (f"config/{failure.step}.py", 0)
    place = f"{stage.name}/{file}" + (f":{line}" if line else "")
    what = "settings" if failure.step == "settings" else "application"
    remedy = f"mend {place}"
    if failure.kind == "ModuleNotFoundError":
        package = missing_package(stage.root, failure)
        if package:
            # The same for each stage that wants it: said once.
            return Finding(
                "A stage does not start, or its tests do not run",
                f"{package} is missing from .venv",
                "delete .venv, then make setup",
            )
        remedy += "; if it is a package's module, delete .venv, then make setup"
    return Finding(
        f"{stage.name} does not start",
        f"its {what} cannot be imported: {place}: {failure.kind}: {failure.said}",
        remedy,
    )


def missing_package(root: Path, failure: Failure) -> str | None:
    """Return which package of requirements.txt was not found, or None if it is none."""
    module = failure.said.partition("'")[2].partition("'")[0].partition(".")[0]
    name = module.lower().replace("_", "-")
    requirements = (root / "requirements.txt").read_text(encoding="utf-8")
    pinned = re.search(rf"^({re.escape(name)})==", requirements, FLAGS)
    return pinned[1] if name and pinned else None


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
            "not-found-wssc",
        )
    elif static in apps and apps.index(static) < apps.index("daphne"):
        yield Finding(
            "runserver ends with daphne.E001",
            f'"{static}" stands before "daphne", and brings a runserver of its own',
            f'put "daphne" first into INSTALLED_APPS in {settings}',
            "daphnee001-daphne-must-be-listed-before-djangocontribstaticfiles",
        )
    if application != "config.asgi.application":
        yield Finding(
            "runserver does not start, or WebSockets do not reach the routes",
            f"ASGI_APPLICATION is {application!r}",
            f'set ASGI_APPLICATION = "config.asgi.application" in {settings}',
            "you-have-not-set-asgi_application-which-is-needed-to-run-the-server",
        )
    elif not (stage.path / "config" / "asgi.py").is_file():
        yield Finding(
            "runserver cannot import config.asgi",
            f"{stage.name}/config/asgi.py is missing",
            "take it from the repository",
            "cannot-import-asgi_application-module",
        )
