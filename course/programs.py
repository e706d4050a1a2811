"""Programs of the system that some commands use, and where they are.

Only the standard library is used here: the doctor asks before anything is installed.
"""

import os
import shutil

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


def find_program(*names: str) -> str | None:
    """Return the path of the first of these programs that is here, or None."""
    # Debian keeps nginx where the PATH of a plain user does not lead.
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
    found = (shutil.which(name, path=path) for name in names)
    return next((each for each in found if each), None)


def chromium_path() -> str | None:
    """Return the path of Chromium, or None. The variable CHROMIUM names another one."""
    named = os.environ.get("CHROMIUM")
    return find_program(*([named] if named else [*CHROMIUM, *CHROMIUM_ELSEWHERE]))
