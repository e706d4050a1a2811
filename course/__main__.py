"""Entry point: python -m course COMMAND.

Nothing here is newer than Python 3.6, so that an older Python is told so in a
sentence. The rest of the package runs in .venv, which is made when it is missing.
"""

import sys

NEEDED = (3, 11)


def main() -> int:
    """Run the command line in .venv and return its exit status."""
    if sys.version_info < NEEDED:
        sys.stderr.write(
            "Python {}.{} is needed, this is {}.{}. Name a newer one: "
            "make PYTHON=python3.12, or on Windows py -3.12 -m course.\n".format(
                *NEEDED, *sys.version_info[:2]
            )
        )
        return 2
    from course.environment import run_in_environment

    return run_in_environment(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
