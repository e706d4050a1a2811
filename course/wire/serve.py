"""A stage's server with the wire around it: python -m course.wire.serve
FOLDER PORT CHANGE.

It serves as runserver does, with Daphne, without the reloader. Events go to standard
output, the stage's log to standard error. When something arrives at standard input,
"caught up" is reported: all that happened before has been reported then. When standard
input ends, so does the server: a demo that dies takes its servers with it.
"""

import contextlib
import importlib
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

from course.wire.events import Event, Report, Reporter, now

PATIENCE = 4.0  # seconds; less than the demo's own, so that no demo has to kill


def follow_input(report: Report) -> None:
    """Report "caught up" for whatever arrives, and end this process once the demo has
    let go of it: like Ctrl-C, then by force.

    Ctrl-C alone does not end Daphne while a sync handler is busy.
    """
    with contextlib.suppress(OSError):  # nobody reads the report: the demo is gone
        while os.read(0, 1024):
            report(Event("server", "caught up", "", now()))
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(PATIENCE)
    os._exit(1)


def main(folder: str, port: int, change: str) -> None:
    """Serve the stage in a folder on 127.0.0.1.

    Args:
        folder: The stage's folder.
        port: The TCP port; 0 for any free one. The port is reported.
        change: The name of a function in course/demos/changes.py to call first, or "".
    """
    # The stage may write to standard output; the events have a descriptor of their own.
    report = Reporter(os.dup(1))
    os.dup2(2, 1)
    threading.Thread(target=follow_input, args=[report], daemon=True).start()
    os.chdir(folder)
    sys.path.insert(0, folder)
    try:
        from daphne.server import Server  # first: it chooses Twisted's reactor

        from course.wire.asgi import WireApplication, trace_handlers
        from course.wire.layer import trace_layers
        from course.wire.sql import trace_sql

        trace_handlers()
        trace_layers(report)
        trace_sql(report)
        application = importlib.import_module("config.asgi").application
        if change:
            getattr(importlib.import_module("course.demos.changes"), change)()
    except Exception as error:
        report(Event("server", "failed", type(error).__name__, text=where(error)))
        raise SystemExit(1) from error

    class WireServer(Server):  # type: ignore[misc]  # Daphne has no types
        """Daphne's server, which reports the port it listens on."""

        def listen_success(self, port):  # type: ignore[no-untyped-def]
            super().listen_success(port)
            report(Event("server", "listening", "", text=str(port.getHost().port)))

        def listen_error(self, failure):  # type: ignore[no-untyped-def]
            text = failure.getErrorMessage()
            report(Event("server", "failed", "CannotListenError", text=text))
            super().listen_error(failure)

    endpoint = f"tcp:port={port}:interface=127.0.0.1"
    WireServer(WireApplication(application, report), endpoints=[endpoint]).run()


def where(error: Exception) -> str:
    """Return an error in one line, with the stage's own line that it comes from."""
    message = " ".join(str(error).split())
    here = Path.cwd()
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.msg} ({Path(error.filename).name}, line {error.lineno})"
    for frame in reversed(frames):
        if Path(frame.filename).is_relative_to(here):
            name = Path(frame.filename).relative_to(here).as_posix()
            return f"{message} ({name}, line {frame.lineno})"
    return message


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
