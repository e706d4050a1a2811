"""What the settings read from the environment, and what they refuse."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from processes import COMMANDS, PLAIN, PROJECT, START_TIMEOUT
from variables import BAD, SET, VARIABLES

CONFIG = Path(__file__).resolve().parent.parent / "config"
SETTINGS = CONFIG / "settings.py"


def assert_that_it_is_checked():
    """Fail if nothing looks at what the environment holds."""
    assert (CONFIG / "environment.py").is_file(), "nothing looks at it"


@pytest.fixture
def read(monkeypatch):
    """Return what the settings make of an environment."""

    def read_settings(**environment):
        assert_that_it_is_checked()
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return read_settings


@pytest.mark.parametrize("name", VARIABLES)
def test_an_empty_value_counts_as_none(read, name):
    """Docker Compose and CI pass an unset variable as an empty text."""
    setting = VARIABLES[name]
    others = {other: value for other, value in SET.items() if other != name}
    expected = read(**others)
    assert setting in expected, f"{name} is not read"
    assert read(**others, **{name: ""})[setting] == expected[setting]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_named(read, name, value):
    """The settings are not read to their end: the error says which variable is wrong,
    and what it holds; but not of a URL, in which a password may stand.
    """
    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured) as error:
        read(**SET | {name: value})
    assert name in str(error.value)
    assert (repr(value) in str(error.value)) is not name.endswith("_URL")


@pytest.mark.parametrize(
    "command", [["manage.py", "check"], COMMANDS["daphne"]], ids=["check", "daphne"]
)
def test_nothing_starts_with_a_bad_value(command):
    """Neither manage.py check nor a server, and the last line says why."""
    assert_that_it_is_checked()
    name, value = BAD[0]
    application = [] if "check" in command else ["config.asgi:application"]
    done = subprocess.run(
        [sys.executable, *command, *application],
        cwd=PROJECT,
        env={**os.environ, **PLAIN, **SET, name: value},
        capture_output=True,
        encoding="utf-8",
        timeout=START_TIMEOUT,
    )
    assert done.returncode != 0
    assert f"{name} is {value!r}: " in done.stderr.strip().splitlines()[-1]
