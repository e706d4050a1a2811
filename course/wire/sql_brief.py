"""SQL statements in short, so that they can be read from the back row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

APP = "chat_"  # the tables of the stage's own app; those of Django are not shown
COLUMNS = 2  # of an UPDATE that are shown

VERB = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE)\b", re.I)
TABLE = re.compile(r'(?:\bFROM|\bINTO|^\s*UPDATE)\s+"?(\w+)"?', re.I)
VALUES = re.compile(r"\bVALUES\s*(?=\()", re.I)
UNNEST = re.compile(r"\bFROM\s+UNNEST\(", re.I)  # how Django writes it on PostgreSQL
SET = re.compile(r"\bSET\b", re.I)
# What a list of values or assignments consists of, and what ends it.
TOKEN = re.compile(r'"[^"]*"|\'[^\']*\'|[(),]|\b(?:FROM|ON|RETURNING|WHERE)\b', re.I)
COLUMN = re.compile(r'\s*"?(\w+)"?\s*=\s*')
STEP = re.compile(r'\(?(?:"?\w+"?\.)?"?(\w+)"?\s*([+-])\s*(%s|\d+)\)?\s*$')
RANGE = re.compile(r'"?(\w+)"?\s*(<=?|>=?)\s*%s')
SAVEPOINTS = {
    "SAVEPOINT": "SAVEPOINT",
    "RELEASE SAVEPOINT": "RELEASE",
    "ROLLBACK TO SAVEPOINT": "ROLLBACK TO",
}


@dataclass(frozen=True)
class Brief:
    """A statement in short.

    Attributes:
        type: Its verb and its table, such as "INSERT message".
        text: What to show, such as "INSERT 3 messages".
    """

    type: str
    text: str


def brief_sql(sql: str, params: Any = (), many: bool = False) -> Brief | None:
    """Return a statement in short; None if it is no matter of the stage's own app.

    Args:
        sql: The statement, with %s for each parameter.
        params: The parameters; with many, a sequence of them.
        many: Whether it is executed once for each of them.
    """
    for begin, name in SAVEPOINTS.items():
        if sql.startswith(f"{begin} "):
            return Brief(name, name)
    verb, found = VERB.match(sql), TABLE.search(sql)
    if verb is None or found is None or not found[1].startswith(APP):
        return None
    word, table = verb[1].upper(), found[1].removeprefix(APP)
    values = params if isinstance(params, (list, tuple)) else ()
    text = f"{word} {table}"
    if word == "INSERT":
        rows = len(values) if many else count_rows(sql, values)
        text = f"{word} {rows} {table}{'s' * (rows != 1)}"
    elif not many:
        what = changes(sql, values) if word == "UPDATE" else limits(sql, values)
        text = f"{text}: {what}" if what else text
    return Brief(f"{word} {table}", text)


def count_rows(sql: str, params: Sequence[Any]) -> int:
    """Return how many rows an INSERT has."""
    if UNNEST.search(sql) and params and isinstance(params[0], (list, tuple)):
        return len(params[0])
    values = VALUES.search(sql)
    return len(split(sql[values.end() :])) if values else 1


def changes(sql: str, params: Sequence[Any]) -> str:
    """Return the columns that an UPDATE sets, and by how much it counts one up."""
    start = SET.search(sql)
    shown, index = [], 0
    for part in split(sql[start.end() :]) if start else ():
        column = COLUMN.match(part)
        if column is None:
            return ""
        step = STEP.match(part[column.end() :])
        name = column[1]
        if step is not None and step[1] == name:
            by = params[index : index + 1] if step[3] == "%s" else [step[3]]
            name = " ".join([name, step[2], *map(str, by)])
        shown.append(name)
        index += part.count("%s")
    return ", ".join(shown[:COLUMNS]) + "…" * (len(shown) > COLUMNS)


def limits(sql: str, params: Sequence[Any]) -> str:
    """Return the first condition of a statement that sets a limit to a number."""
    for found in RANGE.finditer(sql):
        value = params[sql.count("%s", 0, found.start()) :][:1]
        if value and isinstance(value[0], int):
            return f"{found[1]} {found[2]} {value[0]}"
    return ""


def split(text: str) -> list[str]:
    """Return the parts of a list that ends before the next clause."""
    parts, depth, start, end = [], 0, 0, len(text)
    for token in TOKEN.finditer(text):
        if token[0] in "()":
            depth += 1 if token[0] == "(" else -1
        elif depth or token[0][0] in "\"'":
            continue
        elif token[0] == ",":
            parts.append(text[start : token.start()])
            start = token.end()
        else:
            end = token.start()
            break
    return [*parts, text[start:end]]
