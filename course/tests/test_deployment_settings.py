"""The settings for production, and what the commands have to say to them."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import uvicorn
from daphne.cli import CommandLineInterface
from uvicorn.main import main

from course.book.compare_servers import APPLICATION
from course.tests.chat_site import PRODUCTION, install

CHECK = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
DEVELOPMENT = {"DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY": None}
IMPORT = ("-c", "import config.production")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stage 6 with the settings for production."""
    return install("gs6_database", tmp_path_factory.mktemp("settings"))


def run(project: Path, words: Sequence[str], **changes: str | None) -> tuple[int, str]:
    """Run Python with the environment for production, but for some changes.

    Returns:
        Its exit status and what it says.
    """
    environment = {**os.environ, **PRODUCTION, **changes}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=project,
        env={name: value for name, value in environment.items() if value is not None},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    return done.returncode, done.stdout


def test_the_check_for_deployment_has_nothing_to_say(project: Path) -> None:
    """With our settings for production; with those of development it has much."""
    status, said = run(project, CHECK)
    assert status == 0, said
    status, said = run(project, CHECK, **DEVELOPMENT)
    assert status == 1
    for problem in ("DEBUG set to True", "SECRET_KEY", "SESSION_COOKIE_SECURE"):
        assert problem in said


@pytest.mark.parametrize("value", [None, "", " "], ids=["unset", "empty", "blank"])
@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_without_a_key_or_a_name_it_does_not_start(
    project: Path, name: str, value: str | None
) -> None:
    """No default could be right, so there is none, and an empty value is none."""
    status, said = run(project, IMPORT, **{name: value})
    assert status == 1
    assert f"ImproperlyConfigured: {name} is empty or not set" in said


def test_the_defaults_are_those_that_the_note_names() -> None:
    """Seconds between pings, seconds a socket may live, bytes a message may have."""
    daphne = CommandLineInterface().parser.get_default
    assert daphne("ping_interval") == 20
    assert daphne("ping_timeout") == 30
    assert daphne("websocket_timeout") == 24 * 60 * 60
    assert daphne("websocket_connect_timeout") == 5
    assert daphne("application_close_timeout") == 10
    assert daphne("websocket_max_message_size") == 2**20
    assert daphne("websocket_max_frame_size") == 2**20
    config = uvicorn.Config(APPLICATION)
    assert config.ws_ping_interval == 20
    assert config.ws_ping_timeout == 20
    assert config.ws_max_size == 2**24
    assert config.timeout_graceful_shutdown is None


def test_daphne_does_not_watch_the_code() -> None:
    """uvicorn has an option for it, --reload; Daphne's command has none."""
    assert "--reload" in {name for each in main.params for name in each.opts}
    assert "reload" not in CommandLineInterface().parser.format_help()
