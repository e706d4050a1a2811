"""Ending a process together with all the processes that it has started."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


def end_tree(process: "subprocess.Popen[bytes]", grace: float) -> None:
    """End a process and its descendants, and wait until it has ended.

    It gets a Ctrl-C first, so that it can clear up. What is left then is killed, and
    so is what it leaves behind. On Windows all are killed at once.

    Args:
        process: The process. It leads a session of its own (start_new_session).
        grace: Seconds that it may take to clear up.
    """
    if sys.platform == "win32":
        words = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
        subprocess.run(words, capture_output=True)
        process.wait()
        return
    # A descendant whose parent has ended cannot be found any more: look before.
    left = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(grace)
    for pid in list(left):
        left |= descendants(pid)
    left |= descendants(process.pid)
    with contextlib.suppress(OSError):  # nobody is left
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    now = {pid: started for pid, _, started in processes()}
    for pid, started in left.items():
        if now.get(pid) == started:  # and not another process with this number
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def descendants(pid: int) -> dict[int, str]:
    """Return the processes that a process has started, and those that they have, each
    with the time of its start."""
    known = [*processes()]
    found: dict[int, str] = {}
    parents = {pid}
    while parents:
        children = {child: at for child, parent, at in known if parent in parents}
        parents = children.keys() - found.keys()
        found |= children
    return found


def processes() -> Iterator[tuple[int, int, str]]:
    """Yield the number of each process of this machine, its parent's, and the time of
    its start in the words of the system."""
    if not Path("/proc/self/stat").exists():
        words = ["ps", "-A", "-o", "pid=,ppid=,lstart="]
        listing = subprocess.run(words, capture_output=True, text=True)
        for line in listing.stdout.splitlines():
            pid, parent, started = line.split(maxsplit=2)
            yield int(pid), int(parent), started
        return
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "stat").read_text(errors="replace")
        except OSError:  # it has just ended
            continue
        # After the program's name, which may hold anything: see man 5 proc.
        fields = text.rpartition(")")[2].split()
        yield int(folder.name), int(fields[1]), fields[19]
