"""Mistakes with servers and commands that need no project."""

import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest
from channels.routing import get_default_application
from daphne.checks import check_daphne_installed
from daphne.cli import CommandLineInterface
from daphne.management.commands import runserver
from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.test import override_settings

from course.environment import ROOT

if not settings.configured:
    settings.configure()

WITHOUT = """
import sys
sys.modules["websockets"] = sys.modules["wsproto"] = None
import uvicorn
uvicorn.run("course.mistakes.frames:application", port=0)
"""


def test_daphne_says_that_its_port_is_taken() -> None:
    """Perhaps by another server of ours that still runs."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        application = "course.mistakes.frames:application"
        done = subprocess.run(
            [sys.executable, "-m", "daphne", "-p", str(port), application],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
    assert f"Couldn't listen on 127.0.0.1:{port}" in done.stdout


def test_daphne_does_not_reload(capsys: pytest.CaptureFixture[str]) -> None:
    """Only runserver and uvicorn --reload do."""
    with pytest.raises(SystemExit):
        CommandLineInterface().parser.parse_args(
            ["--reload", "config.asgi:application"]
        )
    assert "unrecognized arguments: --reload" in capsys.readouterr().err


def test_daphne_waits_ten_seconds_for_an_application() -> None:
    """By default; then it kills what its client has left."""
    options = CommandLineInterface().parser.parse_args(["config.asgi:app"])
    assert options.application_close_timeout == 10


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "confg.asgi.application",
            "Cannot import ASGI_APPLICATION module 'confg.asgi'",
        ),
        (
            "course.mistakes.frames.app",
            "Cannot find 'app' in ASGI_APPLICATION module course.mistakes.frames",
        ),
        (None, "Cannot find ASGI_APPLICATION setting."),
    ],
)
def test_asgi_application_must_lead_somewhere(name: str | None, said: str) -> None:
    """It is the dotted path of the variable in asgi.py."""
    with (
        override_settings(ASGI_APPLICATION=name),
        pytest.raises(ImproperlyConfigured) as raised,
    ):
        get_default_application()
    assert said in str(raised.value)


def test_runserver_needs_asgi_application() -> None:
    """Without the setting Daphne does not know what to serve."""
    said = "You have not set ASGI_APPLICATION, which is needed to run the server."
    assert not hasattr(settings, "ASGI_APPLICATION")
    with pytest.raises(CommandError, match=said):
        runserver.Command().handle(use_asgi=True)


def test_runserver_serves_static_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Daphne's runserver puts a server of static files around the application."""
    installed = SimpleNamespace(is_installed=lambda name: True)
    monkeypatch.setattr(runserver, "apps", installed)
    name = "course.mistakes.frames.application"
    for debug in (True, False):
        with override_settings(DEBUG=debug, ASGI_APPLICATION=name, STATIC_URL="s/"):
            application = runserver.Command().get_application({})
        assert isinstance(application, ASGIStaticFilesHandler) is debug


@pytest.mark.parametrize("first", ["daphne", "staticfiles"])
def test_daphne_stands_before_staticfiles(
    monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """Both bring a runserver, and the first one wins: Daphne's check says so."""
    configs = [
        AppConfig.create("daphne"),
        AppConfig.create("django.contrib.staticfiles"),
    ]
    if first == "staticfiles":
        configs.reverse()
    monkeypatch.setattr(apps, "get_app_configs", lambda: configs)
    found = [str(error) for error in check_daphne_installed(None)]
    said = (
        "(daphne.E001) Daphne must be listed before django.contrib.staticfiles"
        " in INSTALLED_APPS."
    )
    assert found == ([] if first == "daphne" else [f"?: {said}"])


def test_uvicorn_needs_a_library_for_websockets() -> None:
    """uvicorn alone has none: uvicorn[standard] brings it. The handshake is no 101."""
    with subprocess.Popen(
        [sys.executable, "-c", WITHOUT],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        said = ""
        try:
            for line in process.stdout:
                said += line
                if "running on" in line:
                    port = int(line.split("127.0.0.1:")[1].split()[0])
                    with socket.create_connection(("127.0.0.1", port)) as client:
                        client.sendall(
                            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
                            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
                        )
                        assert b" 101 " not in client.recv(1000)
                    process.terminate()
        finally:
            process.terminate()
    assert "Unsupported upgrade request." in said
    assert "No supported WebSocket library detected." in said
