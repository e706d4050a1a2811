"""SQL in short: verb and table, and what the statement is about."""

from typing import Any

import pytest

from course.wire.sql_brief import Brief, brief_sql

INSERT = 'INSERT INTO "chat_message" ("seq", "text") VALUES (%s, %s)'
STEP = '"seq" = ("chat_room"."seq" + %s)'


@pytest.mark.parametrize(
    ("sql", "params", "text"),
    [
        ('SELECT "chat_room"."id" FROM "chat_room" WHERE x', (), "SELECT room"),
        (
            'SELECT %s FROM "chat_message" WHERE ("chat_message"."room_id" = %s AND '
            '"chat_message"."seq" > %s) LIMIT 81',
            (1, 2, 7),
            "SELECT message: seq > 7",
        ),
        (
            'SELECT "seq" FROM "chat_message" INNER JOIN "auth_user" ON (x)',
            (),
            "SELECT message",
        ),
        ("SELECT COUNT(*) FROM (SELECT 1 FROM chat_room) AS x", (), "SELECT room"),
        ('DELETE FROM "chat_presence" WHERE "renewed" < %s', ("x",), "DELETE presence"),
        (f'UPDATE "chat_room" SET {STEP} WHERE "id" = %s', (3, 1), "seq + 3"),
        (f'UPDATE "chat_room" SET "name" = %s, {STEP}', ("x", 3), "name, seq + 3"),
        ('UPDATE "chat_room" SET "a" = 1, "b" = f(1, 2), "c" = 3', (), "a, b…"),
        ("UPDATE chat_room SET seq = seq - 1 RETURNING seq", (), "seq - 1"),
        ('UPDATE "chat_room" SET "where" = %s', (1,), "where"),
        (INSERT, (1, "a"), "INSERT 1 message"),
        (f"{INSERT}, (%s, (%s)) ON CONFLICT DO NOTHING", (1, "a"), "INSERT 2 messages"),
        (
            'INSERT INTO "chat_message" ("seq") SELECT * FROM UNNEST((%s)::bigint[])',
            ([1, 2, 3],),
            "INSERT 3 messages",
        ),
        ('SAVEPOINT "s1_x1"', None, "SAVEPOINT"),
        ('RELEASE SAVEPOINT "s1_x1"', None, "RELEASE"),
        ('ROLLBACK TO SAVEPOINT "s1_x1"', None, "ROLLBACK TO"),
    ],
)
def test_a_statement_is_shown_in_short(sql: str, params: Any, text: str) -> None:
    """Its verb and its table, without the app's name; for an INSERT the rows, for an
    UPDATE the columns, and a limit that is a number."""
    brief = brief_sql(sql, params)
    if sql.startswith("UPDATE"):
        text = f"UPDATE room: {text}"
    assert brief is not None and brief.text == text


def test_a_statement_that_is_run_many_times_has_many_rows() -> None:
    """For executemany the sets of parameters are counted."""
    brief = brief_sql(INSERT, [(1, "a"), (2, "b")], many=True)
    assert brief == Brief("INSERT message", "INSERT 2 messages")
    brief = brief_sql(f'UPDATE "chat_room" SET {STEP}', [(1,), (2,)], many=True)
    assert brief == Brief("UPDATE room", "UPDATE room")


@pytest.mark.parametrize(
    "sql",
    [
        "BEGIN IMMEDIATE",
        "PRAGMA foreign_keys",
        "SELECT 1",
        'SELECT "session_data" FROM "django_session"',
        'INSERT INTO "auth_user" ("name") VALUES (%s)',
        'CREATE TABLE "chat_room" ("id" integer)',
    ],
)
def test_what_is_not_of_the_stages_own_app_is_not_shown(sql: str) -> None:
    """Django's own tables, and what changes no rows, are no matter of the lesson."""
    assert brief_sql(sql) is None


@pytest.mark.parametrize("params", [None, {"name": 1}, (), ([],)])
@pytest.mark.parametrize("sql", [f'UPDATE "chat_room" SET {STEP}', INSERT])
def test_parameters_of_any_kind_do_no_harm(sql: str, params: Any) -> None:
    """What cannot be read is not shown."""
    assert brief_sql(sql, params) is not None
