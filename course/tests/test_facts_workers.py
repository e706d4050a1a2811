"""Workers: consumers without a connection, fed by a channel of the layer."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import channels
import pytest
from channels.consumer import AsyncConsumer
from channels.routing import ChannelNameRouter
from channels.worker import Worker
from django.core.management import find_commands

from course.environment import ROOT
from course.tests.facts_layers import LATER, Event, Make, kind, make

__all__ = ["kind", "make"]  # fixtures


class Jobs(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
    """Does a job for each event, and tells when it begins and ends. Number 0 fails."""

    told: list[str] = []
    done: asyncio.Event

    async def job(self, event: Event) -> None:
        """Handle job: take a while."""
        self.told.append(f"begin {event['n']}")
        if event["n"] == 0:
            raise RuntimeError("in a job")
        await asyncio.sleep(0.01)
        self.told.append(f"end {event['n']}")
        if event["n"] == 2:
            self.done.set()


@contextlib.asynccontextmanager
async def working(layer: Any) -> AsyncIterator[None]:
    """Run a worker on the channel jobs, as manage.py runworker jobs does."""
    Jobs.told, Jobs.done = [], asyncio.Event()
    application = ChannelNameRouter({"jobs": Jobs.as_asgi()})
    task = asyncio.create_task(Worker(application, ["jobs"], layer).arun())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("kind", ["queue"])
async def test_a_worker_does_what_was_sent_before_it_came(make: Make) -> None:
    """On the queue layer jobs wait for a worker, and it does one at a time."""
    sender = make()
    for number in (1, 2):
        await sender.send("jobs", {"type": "job", "n": number})
    async with working(make()), asyncio.timeout(LATER):
        await Jobs.done.wait()
    assert Jobs.told == ["begin 1", "end 1", "begin 2", "end 2"]


@pytest.mark.parametrize("kind", ["pubsub"])
async def test_on_pubsub_a_job_without_a_worker_is_lost(make: Make) -> None:
    """Only what is sent while a worker listens is done."""
    sender = make()
    await sender.send("jobs", {"type": "job", "n": 1})
    async with working(make()), asyncio.timeout(LATER):
        while not Jobs.told:
            await sender.send("jobs", {"type": "job", "n": 2})
            await asyncio.sleep(0)
    assert Jobs.told[0] == "begin 2"


@pytest.mark.parametrize("kind", ["queue"])
async def test_a_job_that_fails_is_not_tried_again(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """The exception is logged, the job is lost, and the worker goes on."""
    sender = make()
    await sender.send("jobs", {"type": "job", "n": 0})
    async with working(make()), asyncio.timeout(LATER):
        while not Jobs.done.is_set():
            await sender.send("jobs", {"type": "job", "n": 2})
            await asyncio.sleep(0.01)
    assert Jobs.told.count("begin 0") == 1
    assert "Exception inside application: in a job" in caplog.text


def test_runworker_is_a_command_of_the_app_channels() -> None:
    """Django finds it if "channels" is installed; the stages do not install it."""
    (folder,) = (Path(path) / "management" for path in channels.__path__)
    assert "runworker" in find_commands(str(folder))
    done = subprocess.run(
        [sys.executable, "manage.py", "runworker", "jobs"],
        cwd=ROOT / "gs4_channel_layers",
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode
    assert "Unknown command: 'runworker'" in done.stderr
