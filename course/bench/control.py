"""The child's end of a benchmark's line to a child process: see course/bench/child.py.

Questions come as lines of JSON on standard input, answers go to standard output. When
standard input ends, so does the child: a benchmark that dies takes its children along.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any


class Line:
    """The line to the benchmark. What others print goes to standard error."""

    def __init__(self) -> None:
        self.out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def say(self, **content: Any) -> None:
        """Say something: first of all, that the child is ready."""
        self.out.write(json.dumps(content) + "\n")
        self.out.flush()

    def answer(self, reply: Callable[..., dict[str, Any]]) -> None:
        """Answer questions until there are no more.

        Args:
            reply: Called with what is asked, as keywords.
        """
        for line in sys.stdin:
            self.say(**reply(**json.loads(line)))
