"""The child processes of the benchmarks."""

import asyncio
import sys

import pytest

from course.bench.child import Child, Server, running
from course.errors import CourseError


def test_a_child_that_ends_says_why() -> None:
    """The last line that it has logged is in the message."""

    async def ask() -> None:
        async with running(Child("course.bench.serve", "nothing")):
            pass

    with pytest.raises(CourseError, match=r"serve nothing ended: KeyError: 'nothing'"):
        asyncio.run(ask())


async def test_a_server_answers_what_it_has_used() -> None:
    """It counts its connections, and ends with the with statement."""
    server = Server("websockets")
    async with running(server):
        await server.wait_for(0)
        assert server.cpu() > 0
        if sys.platform == "linux":
            assert server.memory() > 1024
        process = server.process
    assert process is not None and process.returncode == 0
