"""The examination of a whole project: every check, and what was looked at."""

import sys
from collections.abc import Iterator
from pathlib import Path

from course.doctor.findings import Finding
from course.doctor.project.check_asgi import check_around, check_order, check_routes
from course.doctor.project.check_events import check_events
from course.doctor.project.check_handlers import (
    check_accept,
    check_consumer,
    check_layer_calls,
)
from course.doctor.project.check_orm import check_orm
from course.doctor.project.check_settings import (
    check_application,
    check_apps,
    check_layers,
    pinned_channels,
    what_is_stated,
)
from course.doctor.project.consumers import Consumer, find_consumers
from course.doctor.project.names import Names
from course.doctor.project.settings import Settings, find_settings, mentions
from course.doctor.project.source import Sources, find_project, read_sources
from course.errors import CourseError

UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"  # by which the ORM may be called anywhere


def examine_project(path: Path) -> tuple[list[tuple[str, str]], list[Finding]]:
    """Return what was looked at in a project, and what is wrong with it.

    Args:
        path: The folder that manage.py is in, or one above it.

    Raises:
        CourseError: There is no project, or it does not use Channels.
    """
    root = find_project(path)
    sources = read_sources(root)
    names = Names(sources)
    consumers = find_consumers(names)
    settings = find_settings(names)
    if not sources.unreadable and not uses_channels(names):
        raise CourseError(
            f"{root} does not use Channels: none of its Python files imports it, and "
            "no settings name it."
        )
    findings = list(dict.fromkeys(checks(root, sources, names, settings, consumers)))
    return list(seen(root, sources, settings, consumers)), findings


def uses_channels(names: Names) -> bool:
    """Return whether a project imports Channels, or has it or Daphne among its apps."""
    for name, scope in names.scopes.items():
        for full in [*scope.imports.values(), *scope.stars]:
            if full and full.partition(".")[0] == "channels":
                return True
        if "INSTALLED_APPS" in scope.bound:
            nodes = names.modules[name].nodes
            if mentions(nodes, "daphne") or mentions(nodes, "channels"):
                return True
    return False


def seen(
    root: Path, sources: Sources, settings: Settings | None, consumers: list[Consumer]
) -> Iterator[tuple[str, str]]:
    """Yield what was looked at."""
    yield "Project", str(root)
    count = len(sources.modules) + len(sources.unreadable)
    rest = "" if sources.is_whole else "; more than that are not read"
    yield "Files", f"{count} of Python, read and not run; no tests or migrations{rest}"
    found = "not found: nothing is said about them"
    if settings is not None:
        found = ", ".join(part.path for part in settings.parts)
    yield "Settings", found
    yield "Consumers", ", ".join(each.name for each in consumers) or "none found"


def checks(
    root: Path,
    sources: Sources,
    names: Names,
    settings: Settings | None,
    consumers: list[Consumer],
) -> Iterator[Finding]:
    """Yield what is wrong, in the order in which it shows."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for each in sources.unreadable:
        place = f"{each.path}:{each.line}" if each.line else each.path
        yield Finding(
            f"A SyntaxError when {each.path} is imported, and what needs it fails",
            f"{place}: Python {version} cannot read it: {each.message}",
            f"mend {place}",
        )
    stated = what_is_stated(root.resolve())
    version_pinned = pinned_channels(stated) or 4
    # What cannot be read, or was not, may have what seems to be missing.
    is_whole = sources.is_whole and not sources.unreadable
    if settings is not None and is_whole:
        if version_pinned > 3:  # Channels 3 brought a runserver of its own
            yield from check_apps(settings, stated)
        yield from check_application(settings, names)
        yield from check_layers(settings, names, consumers)
    yield from check_order(names)
    if version_pinned > 2:  # Channels 2 wanted the class itself
        yield from check_routes(names, consumers)
    if is_whole:
        yield from check_around(names, consumers)
    unsafe = any(mentions(each.nodes, UNSAFE) for each in names.modules.values())
    for consumer in consumers:
        yield from check_accept(consumer, consumers)
        yield from check_consumer(names, consumer)
        if not unsafe:
            yield from check_orm(names, consumer)
    yield from check_layer_calls(names, consumers)
    if is_whole:
        yield from check_events(names, consumers)
