"""The project with other settings, in a module of its own beside it."""

import os
import subprocess
import sys
from textwrap import dedent

from processes import PLAIN, PROJECT

WORD = "to-be-or-not"


def write_settings(folder, text):
    """Write settings that differ from the project's. Return the environment with which
    its commands and servers take them.
    """
    text = f"from config.settings import *\n{dedent(text)}"
    (folder / "other_settings.py").write_text(text, encoding="utf-8")
    return {"DJANGO_SETTINGS_MODULE": "other_settings", "PYTHONPATH": str(folder)}


def manage(environment, *arguments):
    """Run manage.py. Return how it ended, and what it said."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env={**os.environ, **PLAIN, "REDIS_URL": "", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
