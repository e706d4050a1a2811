"""The pager that git would use, for text that is longer than the terminal."""

import os
import shlex
import shutil
import signal
import subprocess
import sys

from rich.pager import Pager

# As git sets it: end if all fits the screen, pass colours on, leave the text there.
LESS = {"LESS": "FRX"}


def find_pager() -> list[str]:
    """Return the pager's command from GIT_PAGER or PAGER, else less.

    Returns:
        Its words; none if text is to be printed as it is: the variable is empty or says
        cat, the program is missing, or standard output is no terminal.
    """
    chosen = os.environ.get("GIT_PAGER", os.environ.get("PAGER", "less"))
    words = shlex.split(chosen, posix=sys.platform != "win32")
    if not words or words[0] == "cat" or not sys.stdout.isatty():
        return []
    return words if shutil.which(words[0]) else []


class CommandPager(Pager):
    """Shows text by a command.

    Args:
        command: Its words.
    """

    def __init__(self, command: list[str]) -> None:
        self.command = command

    def show(self, content: str) -> None:
        """Show a text, and return when the user has left the pager."""
        # Ctrl-C in the pager is the pager's: less stops a search and goes on. A handler
        # that does nothing is ours alone; SIG_IGN would be the pager's, too.
        before = signal.signal(signal.SIGINT, lambda number, frame: None)
        try:
            process = subprocess.Popen(
                self.command,
                env={**LESS, **os.environ},
                stdin=subprocess.PIPE,
                encoding="utf-8",
            )
            process.communicate(content)  # does not mind a pager that was left early
        finally:
            signal.signal(signal.SIGINT, before)
