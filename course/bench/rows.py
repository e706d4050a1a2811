"""Rows: how many messages a second are stored, and what the settings do to it."""

import asyncio
import contextlib
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from course.bench.child import Child, running
from course.bench.figures import Claim, Result, Table
from course.bench.postgresql import PostgreSQL
from course.bench.samples import Samples
from course.database import variables
from course.environment import ROOT
from course.errors import CourseError
from course.stages import find, load

WRITERS = 20
IN_THREAD = "database_sync_to_async"
ACREATE = "acreate"
GROUP = "group commit of stage 6"
NONE, NOTHING = "no row is written", "messages per second"
WAYS = {IN_THREAD: "thread", ACREATE: "acreate", GROUP: "group", NOTHING: "nothing"}
# What a connection is like that Django makes without being told anything.
DEFAULTS: dict[str, Any] = {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
SQLITE = "SQLite, Django's defaults"
WAL = "SQLite, WAL"
WAL_KEPT = "SQLite, WAL, kept"
FRESH = "PostgreSQL, CONN_MAX_AGE=0"
KEPT = "PostgreSQL, kept"
CHANGES: dict[str, dict[str, Any]] = {  # of the settings of stage 6
    SQLITE: DEFAULTS | {"OPTIONS": {}},
    WAL: DEFAULTS,
    WAL_KEPT: {},
    FRESH: DEFAULTS,
    KEPT: {},
}
CLAIMED = (
    (SQLITE, IN_THREAD),
    (SQLITE, GROUP),
    (FRESH, IN_THREAD),
    (KEPT, IN_THREAD),
    (KEPT, GROUP),
)
KINDS = {label: label.split(",")[0] for label in CHANGES}


async def measure(quick: bool) -> Result:
    """Measure writers on SQLite and PostgreSQL.

    Args:
        quick: Whether the figures need only be good enough for the claims.
    """
    rounds, seconds = (1, 0.4) if quick else (5, 0.8)
    samples = Samples()
    parameters: dict[str, str | float] = {
        "writers": WRITERS,
        "seconds for each figure": seconds,
        "SQLite": sqlite3.sqlite_version,
    }
    async with writers(parameters) as children:
        labels = [label for label, kind in KINDS.items() if kind in children]
        for _ in range(rounds):
            for label in labels:
                for heading, way in WAYS.items():
                    if quick and (label, heading) not in CLAIMED:
                        continue
                    if way != "nothing" or label == SQLITE:
                        child = children[KINDS[label]]
                        speed = await rows_per_second(child, label, way, seconds)
                        row = NONE if way == "nothing" else label
                        samples.add(row, heading, speed)
    columns = [IN_THREAD, ACREATE, GROUP]
    return Result(
        f"{WRITERS} consumers write one row per message, and each gets the next "
        "message once its row is committed",
        rounds,
        parameters,
        ["channels", "django", "psycopg"],
        [
            Table(
                "Messages per second, as a ratio to one call of "
                "database_sync_to_async per message with Django's defaults on SQLite, "
                "whose own figures are absolute",
                "database",
                columns,
                samples.rows(KINDS, columns, SQLITE, IN_THREAD),
                "ratio",
                SQLITE,
                IN_THREAD,
            ),
            Table(
                "The same consumers, if they only answer, and the ratio to the same "
                "baseline",
                "database",
                [NOTHING],
                samples.rows({NONE: ""}, [NOTHING], SQLITE, IN_THREAD),
                "both",
                SQLITE,
                IN_THREAD,
            ),
        ],
        claims(samples),
    )


@contextlib.asynccontextmanager
async def writers(parameters: dict[str, Any]) -> AsyncIterator[dict[str, Child]]:
    """Have processes that write, by the database.

    Without a PostgreSQL for this system there is one for SQLite alone.

    Args:
        parameters: Those of the result, where PostgreSQL's version is noted.
    """
    postgresql = PostgreSQL()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            environments = {"SQLite": variables(Path(folder) / "bench.sqlite3")}
            if await postgresql.is_up():
                parameters["PostgreSQL"] = postgresql.version
                environments["PostgreSQL"] = {"DATABASE_URL": postgresql.url}
            stage = find(load(ROOT), 6).path
            children = {
                kind: Child("course.bench.writing", folder=stage, environment=own)
                for kind, own in environments.items()
            }
            async with running(*children.values()):
                yield children
        finally:
            postgresql.stop()


async def rows_per_second(child: Child, label: str, way: str, seconds: float) -> float:
    """Return how fast a process writes.

    Raises:
        CourseError: Not everything was stored that was answered.
    """
    found = await asyncio.to_thread(
        child.ask, options=CHANGES[label], way=way, writers=WRITERS, seconds=seconds
    )
    if way != "nothing" and found["answers"] != found["rows"]:
        raise CourseError(f"Of {found['answers']} rows {found['rows']} are stored.")
    return float(found["answers"] / found["seconds"])


def claims(samples: Samples) -> list[Claim]:
    """Return what is claimed, of PostgreSQL only if it was measured."""

    def times(place: tuple[str, str], other: tuple[str, str]) -> float:
        return samples.ratio(place, other)

    found = [
        Claim(
            "On SQLite the group commit of stage 6 stores more messages than one row "
            "at a time, both with Django's defaults.",
            times((SQLITE, GROUP), (SQLITE, IN_THREAD)),
            1.5,
        ),
    ]
    if (KEPT, GROUP) in samples.values:
        found += [
            Claim(
                "On PostgreSQL a kept connection stores more messages than the default "
                "CONN_MAX_AGE=0, with database_sync_to_async.",
                times((KEPT, IN_THREAD), (FRESH, IN_THREAD)),
                1.4,
            ),
            Claim(
                "On PostgreSQL, too, the group commit stores more than one row at a "
                "time, both on a kept connection.",
                times((KEPT, GROUP), (KEPT, IN_THREAD)),
                1.2,
            ),
        ]
    return found
