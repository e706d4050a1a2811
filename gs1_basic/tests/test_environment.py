"""What the settings read from the environment."""

import runpy
from pathlib import Path

SETTINGS = Path(__file__).resolve().parent.parent / "config" / "settings.py"


def test_an_empty_secret_key_counts_as_none(monkeypatch):
    """Docker Compose and CI pass an unset variable as an empty text."""
    monkeypatch.delenv("SECRET_KEY", raising=False)
    default = runpy.run_path(str(SETTINGS))["SECRET_KEY"]
    monkeypatch.setenv("SECRET_KEY", "")
    assert runpy.run_path(str(SETTINGS))["SECRET_KEY"] == default
    assert default
