"""The settings of a site that is served under /app/."""

from runpy import run_module

globals().update(run_module("config.settings"))

FORCE_SCRIPT_NAME = "/app"
