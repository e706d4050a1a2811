"""The virtual environment .venv: made whole or not at all.

Only the standard library is used here: this runs before anything is installed.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from course.errors import CourseError
from course.interruption import Interrupted, interrupt_once

ROOT = Path(__file__).resolve().parent.parent
NEW = ".venv-new-"
STALE = 3600  # seconds after which an unfinished environment is nobody's any more
OLDEST_UV = (0, 5)  # the first with relocatable environments as they are used here


def environment_python(folder: Path) -> Path:
    """Return the interpreter of the virtual environment in `folder`."""
    if os.name == "nt":
        return folder / "Scripts" / "python.exe"
    return folder / "bin" / "python"


def fingerprint(root: Path) -> str:
    """Return what .venv must have been made from: the requirements and this Python."""
    requirements = (root / "requirements.txt").read_bytes()
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"{hashlib.sha256(requirements).hexdigest()} python{python}\n"


def is_ready(root: Path) -> bool:
    """Return whether .venv is there, works, and was made from these requirements."""
    venv = root / ".venv"
    try:
        ready = (venv / "ready").read_text() == fingerprint(root)
    except OSError:
        return False
    return ready and environment_python(venv).exists()


def ensure(root: Path, say: Callable[[str], None]) -> None:
    """Make .venv unless it is ready.

    Args:
        root: The repository.
        say: Called with a line about what is going on.

    Raises:
        CourseError: An installer failed; its last words are in the message.
    """
    if is_ready(root):
        return
    say("Setting up .venv (once; again only when requirements.txt changes) ...")
    started = time.monotonic()
    for leftover in root.glob(NEW + "*"):
        if time.time() - leftover.stat().st_mtime > STALE:
            shutil.rmtree(leftover, ignore_errors=True)
    building = root / f"{NEW}{os.getpid()}"
    try:
        building.mkdir()
        build(root, building)
        swap(building / "venv", root, building / "old")
    finally:
        shutil.rmtree(building, ignore_errors=True)
    say(f"Set up in {time.monotonic() - started:.1f} s.")


def build(root: Path, building: Path) -> None:
    """Make a complete environment in the folder `building`/venv."""
    uv = find_uv() or bootstrap_uv(root, building)
    venv = building / "venv"
    # Relocatable: it is made under another name, so that .venv appears only when whole.
    python = getattr(sys, "_base_executable", sys.executable)
    run([uv, "venv", "--quiet", "--no-project", "--relocatable", "-p", python, venv])
    # Compiled at once: many containers tell Python to keep no byte code, and then each
    # of the many processes here would compile every package anew.
    install = [uv, "pip", "install", "--quiet", "--compile-bytecode"]
    install += ["-p", str(environment_python(venv))]
    run([*install, "--require-hashes", "-r", root / "requirements.txt"])
    (venv / "ready").write_text(fingerprint(root))


def find_uv() -> str | None:
    """Return the user's own uv, if there is one and it is new enough."""
    uv = shutil.which("uv")
    if uv is None:
        return None
    said = subprocess.run([uv, "--version"], capture_output=True, text=True).stdout
    version = re.search(r"(\d+)\.(\d+)", said)
    if version and (int(version[1]), int(version[2])) >= OLDEST_UV:
        return uv
    return None


def bootstrap_uv(root: Path, building: Path) -> str:
    """Install the pinned uv with this Python's pip, hashes checked; return its path."""
    requirements = (root / "requirements.txt").read_text()
    pinned = re.search(r"^uv==.*\n(?:[ ]+.*\n)*", requirements, re.MULTILINE)
    if pinned is None:
        raise CourseError("requirements.txt does not pin uv: compile it anew.")
    only_uv = building / "uv.txt"
    only_uv.write_text(pinned[0])
    target = building / "uv"
    python = getattr(sys, "_base_executable", sys.executable)
    if subprocess.run([python, "-m", "pip", "-V"], capture_output=True).returncode:
        run([python, "-m", "venv", building / "pip"])
        python = str(environment_python(building / "pip"))
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    checked = ["--only-binary", ":all:", "--require-hashes", "-r", str(only_uv)]
    run([*install, *checked, "--target", target])
    return str(target / "bin" / ("uv.exe" if os.name == "nt" else "uv"))


def run(command: Sequence[str | Path]) -> None:
    """Run an installer's command quietly.

    Raises:
        CourseError: It failed.
    """
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        hint = "Is the network up, and is PyPI reachable?"
        if "ensurepip" in said:
            hint = "On Debian and Ubuntu: apt-get install python3-venv."
        raise CourseError(
            f"Set-up failed at: {' '.join(words)}\n{said}\n"
            f"{hint} Nothing was left behind; run the same command again."
        )


def swap(new: Path, root: Path, old: Path) -> None:
    """Put the new environment in the place of .venv, in one step."""
    venv = root / ".venv"
    try:
        if venv.exists():
            venv.rename(old)
        new.rename(venv)
    except OSError as error:
        if is_ready(root):  # another set-up was faster: its result is as good
            return
        raise CourseError(
            f"Cannot replace .venv ({error.strerror}): end the programs that use it."
        ) from None


def run_in_environment(arguments: list[str]) -> int:
    """Run the course's command line in .venv, which is made if need be.

    Args:
        arguments: The command line after `python -m course`.

    Returns:
        The exit status of the command.
    """
    if arguments[:1] == ["doctor"]:  # it must be able to say why set-up fails
        from course.doctor.command import main as doctor

        return doctor(arguments[1:])

    # It names a project of the user's own; what is started here is a stage. The doctor
    # is given it, and says what it does to whoever starts a stage by hand.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    previous = interrupt_once()
    try:
        ensure(ROOT, lambda line: print(line, file=sys.stderr, flush=True))
    except CourseError as error:
        print(error, file=sys.stderr)
        return error.status
    except Interrupted as signalled:
        print("\nSet-up interrupted. Nothing was left behind.", file=sys.stderr)
        return 128 + signalled.number
    for number, handler in previous.items():
        signal.signal(number, handler)
    if arguments == ["setup"]:
        return 0
    python = environment_python(ROOT / ".venv")
    if Path(sys.prefix).resolve() == (ROOT / ".venv").resolve():
        from course.cli import main

        return main(arguments)
    command = [str(python), "-m", "course", *arguments]
    if os.name == "nt":  # exec would leave the console to two processes there
        return subprocess.run(command, cwd=ROOT).returncode
    os.chdir(ROOT)
    os.execv(python, command)
