"""The SQL wrapper: reports which statements a stage's code runs.

It is put around each database connection from outside, whichever database it is.
"""

import itertools
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from course.wire.asgi import current
from course.wire.events import Event, Report, now
from course.wire.sql_brief import brief_sql

numbers = itertools.count(1)  # of the transactions of this process


class TracedDatabase:
    """One database connection, each of whose statements is reported when it is run.

    BEGIN is no statement on every database, but on each Django turns autocommit off.
    Whom a statement belongs to is known by the context, which follows into threads.

    Args:
        connection: Django's DatabaseWrapper. It stays the object that it was.
        report: Called with each event, in the thread that uses the connection.
    """

    def __init__(self, connection: Any, report: Report) -> None:
        self.report = report
        self.transaction = 0  # the number of the one that is open
        self.wrapped = {
            name: getattr(connection, name)
            for name in ("commit", "rollback", "set_autocommit")
        }
        connection.execute_wrappers.append(self.execute)
        connection.set_autocommit = self.set_autocommit
        connection.commit = lambda: self.end("COMMIT", self.wrapped["commit"])
        connection.rollback = lambda: self.end("ROLLBACK", self.wrapped["rollback"])

    def execute(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        """Report a statement of the stage's own app, before it can have an effect."""
        brief = brief_sql(str(sql), params, many)
        if brief is None:
            return execute(sql, params, many, context)
        self.emit("up", brief.type, brief.text)
        return self.call(execute, sql, params, many, context)

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:
        """Report BEGIN when autocommit is turned off."""
        method = self.wrapped["set_autocommit"]
        if autocommit:
            self.transaction = 0
            method(autocommit, *args, **kwargs)
            return
        self.transaction = next(numbers)
        self.emit("up", "BEGIN", "BEGIN")
        self.call(method, autocommit, *args, **kwargs)

    def end(self, word: str, method: Callable[[], None]) -> None:
        """Report COMMIT or ROLLBACK."""
        if self.transaction:
            self.emit("up", word, word)
        self.call(method)

    def call(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a method of the database, and report the error it raises."""
        try:
            return method(*args, **kwargs)
        except Exception as error:
            self.emit("down", "failed", type(error).__name__)
            raise

    def emit(self, kind: str, type: str, text: str) -> None:
        """Report one event of the connection whose context this is."""
        browser = current.get()
        client = browser.client if browser is not None else 0
        number = self.transaction
        self.report(Event("sql", kind, type, now(), client, text, transaction=number))


def trace_sql(report: Report) -> None:
    """Have every database connection report its statements.

    Args:
        report: Called with each event, from any thread.
    """
    from django.db.backends.signals import connection_created

    traced: WeakSet[Any] = WeakSet()

    def trace(connection: Any, **signal: Any) -> None:
        # The same object may connect again.
        if connection not in traced:
            traced.add(connection)
            TracedDatabase(connection, report)

    connection_created.connect(trace, weak=False)
