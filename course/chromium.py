"""The system's Chromium, driven by Playwright: no browser is downloaded."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from course.errors import CourseError
from course.programs import chromium_path

ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def find_chromium() -> str:
    """Return the path of a Chromium; the variable CHROMIUM names another one.

    Raises:
        CourseError: There is none; the message says how to install it.
    """
    path = chromium_path()
    if path is not None:
        return path
    named = os.environ.get("CHROMIUM")
    missing = f"CHROMIUM names {named}, which is not there" if named else "none found"
    raise CourseError(
        f"The browser tests need Chromium or Chrome: {missing}. On Debian and Ubuntu: "
        "apt-get install chromium. Elsewhere install Chrome, or set CHROMIUM to the "
        "path of the program."
    )


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Run a headless Chromium for the time of a with statement.

    Raises:
        CourseError: There is none.
    """
    path = find_chromium()
    arguments = list(ARGUMENTS)
    if sys.platform != "win32" and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # its sandbox does not work for root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=Path(path), args=arguments, headless=True
        )
        try:
            yield browser
        finally:
            browser.close()
