"""Mistakes that show when a server starts, or does not: copies of stages, broken."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from course.environment import ROOT
from course.tests.conftest import change
from course.tests.direct import urlopen

MISTAKES = ROOT / "course" / "mistakes"
RUNSERVER = ("manage.py", "runserver", "--noreload", "127.0.0.1:0")
DAPHNE = ("-m", "daphne", "-p", "0", "config.asgi:application")
UVICORN = ("-m", "uvicorn", "--port", "0", "config.asgi:application")
LISTENING = re.compile(
    r"(?:TCP address |(?:server at|running on) http://)127\.0\.0\.1:([1-9]\d*)"
)
THE_USERS = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "REDIS_URL")


def copy_of(stage: str, folder: Path) -> Path:
    """Copy the project of a stage; return the copy."""
    for part in ("chat", "config"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / stage / part, folder / part, ignore=ignored)
    shutil.copy(ROOT / stage / "manage.py", folder)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of stage 1."""
    return copy_of("gs1_basic", tmp_path)


def environment(**special: str) -> dict[str, str]:
    """Return the environment of a process, without the user's own settings."""
    inherited = {k: v for k, v in os.environ.items() if k not in THE_USERS}
    return {**inherited, "PYTHONUNBUFFERED": "1", **special}


def output_of(project: Path, *command: str, **special: str) -> str:
    """Return what a command says that ends by itself, and fails."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=project,
        env=environment(**special),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode != 0
    return done.stdout


class Started:
    """A server that was started: where it listens, and what it has said till then."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.process = process
        self.log = ""
        for line in process.stdout:
            self.log += line
            if match := LISTENING.search(line):
                self.address = f"127.0.0.1:{match[1]}"
                return
        raise AssertionError(self.log)

    def end(self) -> str:
        """End the server; return all it has said."""
        self.process.terminate()
        assert self.process.stdout is not None
        with self.process.stdout as rest:
            self.log += rest.read()
        self.process.wait()
        return self.log

    def status(self, path: str) -> int:
        """Return the HTTP status of a page or file."""
        try:
            with urlopen(f"http://{self.address}{path}") as response:
                status: int = response.status
                return status
        except HTTPError as error:
            error.close()
            return error.code


Start = Callable[..., Started]


@pytest.fixture
def start(project: Path) -> Iterator[Start]:
    """Start the project, with one of the commands above."""
    processes: list[subprocess.Popen[str]] = []

    def run(*command: str, folder: Path = project) -> Started:
        processes.append(
            subprocess.Popen(
                [sys.executable, *command],
                cwd=folder,
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
            )
        )
        return Started(processes[-1])

    yield run
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_runserver_without_daphne_has_no_websockets(
    project: Path, start: Start
) -> None:
    """Django's own runserver takes a handshake for a page that does not exist."""
    change(project / "config" / "settings.py", '    "daphne",', "    #")
    server = start(*RUNSERVER)
    assert "Starting development server at" in server.log
    assert "ASGI/Daphne" not in server.log
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://{server.address}/ws/sc/", proxy=None).__enter__()
    assert refused.value.response.status_code == 404
    log = server.end()
    assert "Not Found: /ws/sc/" in log
    assert '"GET /ws/sc/ HTTP/1.1" 404' in log


@pytest.mark.parametrize("server", [DAPHNE, UVICORN], ids=["daphne", "uvicorn"])
def test_the_servers_commands_serve_no_static_files(
    project: Path, start: Start, server: tuple[str, ...]
) -> None:
    """A page has no style and no script under it, unless its urls.py serves them."""
    urls = project / "config" / "urls.py"
    change(urls, '    *staticfiles_urlpatterns("static/"),\n', "")
    assert start(*server).status("/static/chat/main.js") == 404


@pytest.fixture
def too_early(tmp_path: Path) -> Path:
    """A copy of stage 6, which has models, with an asgi.py that imports too early."""
    project = copy_of("gs6_database", tmp_path / "with_models")
    shutil.copy(MISTAKES / "asgi_too_early.py", project / "config" / "asgi.py")
    return project


def test_our_code_is_imported_before_the_settings(too_early: Path) -> None:
    """Models want the settings, which get_asgi_application() loads later."""
    said = output_of(too_early, *DAPHNE)
    assert "ImproperlyConfigured: Requested setting INSTALLED_APPS" in said


def test_our_code_is_imported_before_the_apps(too_early: Path) -> None:
    """If the environment names the settings, it is the apps that are missing."""
    said = output_of(too_early, *DAPHNE, DJANGO_SETTINGS_MODULE="config.settings")
    assert "AppRegistryNotReady: Apps aren't loaded yet." in said


def test_runserver_does_not_mind_the_order(too_early: Path, start: Start) -> None:
    """It has set Django up before it imports asgi.py: so one sees it late."""
    assert start(*RUNSERVER, folder=too_early).status("/accounts/login/") == 200
