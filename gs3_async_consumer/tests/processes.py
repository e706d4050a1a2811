"""Processes of this project, each on a free port and with its log at hand."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
START_TIMEOUT = 60  # seconds
TIMEOUT = float(os.environ.get("TEST_TIMEOUT", "5"))  # seconds, for each message

# Port 0: the system chooses a free port, and the server logs which one.
COMMANDS = {
    "runserver": ["manage.py", "runserver", "--noreload", "127.0.0.1:0"],
    "daphne": ["-m", "daphne", "-p", "0"],
    "uvicorn": ["-m", "uvicorn", "--port", "0"],
}
# The log comes at once, and in the encoding it is read in; and the settings are this
# project's, whatever the user's shell says.
PLAIN = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "utf-8",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}
LISTENING = re.compile(
    r"(?:Listening on TCP address |running on http://)127\.0\.0\.1:(\d+)"
)


class Process:
    """A server process of this project, and what it has logged so far."""

    def __init__(
        self, name, application="config.asgi:application", options=(), **environment
    ):
        self.lines = []
        self.ended = False
        self.changed = threading.Condition()
        self.environment = {**os.environ, **PLAIN, **environment}
        self.process = subprocess.Popen(
            [
                sys.executable,
                *COMMANDS[name],
                *options,
                *([] if name == "runserver" else [application]),
            ],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self.reader = threading.Thread(target=self.read_log)
        self.reader.start()

    def read_log(self):
        """Collect the log, line by line, until the process ends."""
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait_for(self, text, count=1):
        """Return the lines that contain text, as soon as there are count of them."""

        def found():
            return [line for line in self.lines if text in line]

        with self.changed:
            self.changed.wait_for(lambda: self.ended or len(found()) >= count, TIMEOUT)
            assert len(found()) >= count, f"not in the log: {text}\n{self.log}"
            return found()

    @property
    def log(self):
        """The whole log as one text."""
        return "\n".join(self.lines)

    def wait_until_up(self):
        """Return once the server listens, with its port known."""
        with self.changed:
            self.changed.wait_for(
                lambda: self.ended or LISTENING.search(self.log), START_TIMEOUT
            )
            match = LISTENING.search(self.log)
        assert match, f"the server did not start:\n{self.log}"
        self.address = f"127.0.0.1:{match[1]}"

    def stop(self):
        """End the process, whatever state it is in."""
        self.process.terminate()
        try:
            self.process.wait(START_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        self.process.stdout.close()
