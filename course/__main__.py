"""Entry point: python -m course COMMAND.

Nothing in this file is newer than Python 2.7, so that an older Python can say in a
sentence that it is too old. The rest of the package runs in .venv, which is made when
it is missing.
"""

import os
import sys

NEEDED = (3, 11)
INTERRUPTED = 130  # exit status after Ctrl-C


def main():  # type: () -> int
    """Run the command line in .venv and return its exit status.

    After Ctrl-C that is 130; but 0 if make has started us: make had the same Ctrl-C,
    and itself ends by it. From another status it would conclude that we have failed.
    """
    if sys.version_info < NEEDED:
        said = "Python {}.{} is needed, this is {}.{}. ".format(*(NEEDED + this()))
        sys.stderr.write(
            said + "Name a newer one: make PYTHON=python3.12, or on Windows "
            "py -3.12 -m course.\n"
        )
        return 2
    open_standard_streams()
    from_make = "MAKELEVEL" in os.environ
    try:
        from course.environment import run_in_environment

        status = run_in_environment(sys.argv[1:])
    except KeyboardInterrupt:
        status = INTERRUPTED
    return 0 if from_make and status == INTERRUPTED else status


def this():  # type: () -> tuple[int, ...]
    """Return the version of this Python: major and minor."""
    return tuple(sys.version_info[:2])


def open_standard_streams():  # type: () -> None
    """Open the null device for standard streams that are closed, as by `>&-`.

    Otherwise the next file that is opened would get a closed stream's number, and what
    is printed would end in that file.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w"))


if __name__ == "__main__":
    raise SystemExit(main())
