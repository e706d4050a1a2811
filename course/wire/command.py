"""A command of a stage with the wire around it: python -m course.wire.command
FOLDER WORDS.

It runs FOLDER/manage.py WORDS. What it asks of the channel layer and the database goes
to standard output, all that it writes itself to standard error.
"""

import os
import runpy
import sys
from collections.abc import Sequence


def main(folder: str, words: Sequence[str]) -> None:
    """Run a command of the stage in a folder.

    Args:
        folder: The stage's folder.
        words: The words after manage.py.
    """
    from course.wire.events import Reporter
    from course.wire.layer import trace_layers
    from course.wire.sql import trace_sql

    report = Reporter(os.dup(1))
    os.dup2(2, 1)
    os.chdir(folder)
    sys.path.insert(0, folder)
    trace_layers(report)
    trace_sql(report)
    sys.argv = ["manage.py", *words]
    runpy.run_path("manage.py", run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
