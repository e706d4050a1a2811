"""Daphne and uvicorn side by side: observed, kept in notes/servers.json, compared."""

import json
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed

from course.book.compare_cases import CASES
from course.book.compare_servers import COMMANDS, Server, running
from course.errors import CourseError

KEPT = Path("notes") / "servers.json"
FAILED = "it failed:"
HEAD = "| case | {} |\n|---|---|---|"


def observe() -> dict[str, Any]:
    """Try all cases on both servers at the same time; return what was observed.

    Raises:
        CourseError: A server did not start.
    """
    with ThreadPoolExecutor() as pool:
        columns = dict(zip(COMMANDS, pool.map(observe_one, COMMANDS), strict=True))
    rows = [
        {"case": case, **{name: columns[name][case] for name in COMMANDS}}
        for case in CASES
    ]
    return {"versions": {name: version(name) for name in COMMANDS}, "cases": rows}


def observe_one(name: str) -> dict[str, str]:
    """Try all cases on one server, side by side: each is mostly waiting."""
    with running(name) as server, ThreadPoolExecutor(len(CASES)) as pool:
        tried = {case: pool.submit(attempt, case, server) for case in CASES}
        return {case: seen.result() for case, seen in tried.items()}


def attempt(case: str, server: Server) -> str:
    """Try one case, and return in words what was seen, or why nothing was."""
    try:
        return CASES[case](server)
    except (AssertionError, ConnectionClosed, OSError, ValueError) as error:
        return f"{FAILED} {error!r:.200}"


def record(root: Path) -> Path:
    """Observe, write what was observed to notes/servers.json, and return that path.

    Raises:
        CourseError: A server did not start, or a case went as none of its words say.
    """
    path = root / KEPT
    text = json.dumps(observe(), indent=2, ensure_ascii=False)
    if FAILED in text:
        raise CourseError(
            f"Not written, for a case failed; look, and try again:\n{text}"
        )
    path.write_text(text + "\n", encoding="utf-8")
    return path


def kept(root: Path) -> dict[str, Any]:
    """Return what notes/servers.json says; nothing if it is not there."""
    path = root / KEPT
    if not path.is_file():
        return {"versions": {}, "cases": []}
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return said


def differences(root: Path) -> list[str]:
    """Observe anew, and say where notes/servers.json differs; nothing if nowhere.

    What differs is observed once more: what is not seen again was a busy machine.
    """
    told = kept(root)
    found = compare(told, observe())
    return found and [each for each in compare(told, observe()) if each in found]


def compare(told: dict[str, Any], seen: dict[str, Any]) -> list[str]:
    """Return in words where what is told differs from what was seen."""
    found = []
    for name in COMMANDS:
        if told["versions"].get(name) != seen["versions"][name]:
            found.append(
                f"{name}: the version is {seen['versions'][name]}, "
                f"and not {told['versions'].get(name)}"
            )
    before = {row["case"]: row for row in told["cases"]}
    after = {row["case"]: row for row in seen["cases"]}
    for case in [*after, *(before.keys() - after.keys())]:
        for name in COMMANDS:
            old = before.get(case, {}).get(name, "nothing")
            new = after.get(case, {}).get(name, "nothing")
            if old != new:
                found.append(f"{case}: {name}: {new!r} was seen, and not {old!r}")
    return found


def table(root: Path) -> str:
    """Return what notes/servers.json says as a table in Markdown."""
    said = kept(root)
    titles = {"daphne": "Daphne", "uvicorn": "uvicorn"}
    columns = [f"{titles[name]} {said['versions'][name]}" for name in COMMANDS]
    lines = [HEAD.format(" | ".join(columns))]
    for row in said["cases"]:
        cells = [row["case"], *(row[name] for name in COMMANDS)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
