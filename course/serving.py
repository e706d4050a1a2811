"""A stage as its user starts it, for whoever looks at its pages."""

import contextlib
import re
import subprocess
import sys
import threading
from collections.abc import Iterator

from course.errors import CourseError
from course.stages import Stage

PATIENCE = 5.0  # seconds that a server may take to end
LISTENING = re.compile(r"Listening on TCP address 127\.0\.0\.1:(\d+)")


@contextlib.contextmanager
def serve(stage: Stage) -> Iterator[str]:
    """Serve a stage with Daphne on a free port for the time of a with statement.

    Yields:
        The page's address.

    Raises:
        CourseError: It did not start; its log is in the message.
    """
    command = [sys.executable, "-m", "daphne", "-p", "0", "config.asgi:application"]
    process = subprocess.Popen(
        command,
        cwd=stage.path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    assert process.stderr is not None
    # Reads on after the start: a full pipe would hold the server back.
    drain = threading.Thread(target=process.stderr.read)
    try:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if match := LISTENING.search(line):
                drain.start()
                yield f"http://127.0.0.1:{match[1]}/"
                return
        raise CourseError(f"{stage.name} did not start:\n{''.join(lines)}")
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:  # a sync handler is busy
            process.kill()
            process.wait()
        if drain.is_alive():
            drain.join()
        process.stderr.close()
