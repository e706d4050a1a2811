"""Mistakes in the settings: INSTALLED_APPS, ASGI_APPLICATION, CHANNEL_LAYERS."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from course.doctor.findings import Finding
from course.doctor.project.consumers import Consumer
from course.doctor.project.names import Names
from course.doctor.project.settings import Settings, mentions

STATIC = "django.contrib.staticfiles"
IN_MEMORY = "channels.layers.InMemoryChannelLayer"
# Where a project says with which server and which Channels it runs.
STATED = (
    "*requirements*.txt", "requirements/*.txt", "pyproject.toml", "setup.cfg",
    "setup.py", "Pipfile", "Procfile", "*Dockerfile*", "*compose*.y*ml", "*.lock",
)  # fmt: skip
OTHER_SERVERS = ("uvicorn", "hypercorn", "granian")
PINNED = re.compile(r"\bchannels(?:\[[\w,]+\])?[\s\"'=]*(?:==|~=|\^|<=?)\s*(\d+)")
LARGEST = 1_000_000  # characters of such a file


def pinned_channels(stated: str) -> int | None:
    """Return the major version of Channels that a project asks for, or None.

    Args:
        stated: What its requirements say, in lower case.
    """
    found = [int(version) for version in PINNED.findall(stated)]
    return min(found) if found else None


def check_apps(settings: Settings, stated: str) -> Iterator[Finding]:
    """Yield that daphne is missing from INSTALLED_APPS, or stands too late.

    Args:
        settings: The settings.
        stated: What the project's requirements say, in lower case.
    """
    apps = settings.items("INSTALLED_APPS")
    names = [app.value for app in apps]
    if "daphne" in names and STATIC in names:
        daphne, static = names.index("daphne"), names.index(STATIC)
        if static < daphne:
            yield Finding(
                "runserver ends with daphne.E001",
                f'{apps[daphne].place}: "daphne" stands after "{STATIC}", which brings '
                "a runserver of its own",
                'put "daphne" first into INSTALLED_APPS',
                "daphnee001-daphne-must-be-listed-before-djangocontribstaticfiles",
            )
        return
    other = any(server in stated for server in OTHER_SERVERS)
    if other and "daphne" not in stated:
        return
    if not apps or None in names or not settings.is_absent("daphne"):
        return
    own = settings.names.by_last.get("runserver", [])
    if any(name.endswith("management.commands.runserver") for name in own):
        return
    yield Finding(
        "runserver answers 404 to every WebSocket, and does not say ASGI/Daphne",
        f'{apps[0].place}: "daphne" is not in INSTALLED_APPS, so with '
        "Channels 4 runserver is Django's own, which knows no WebSocket",
        'put "daphne" first into INSTALLED_APPS',
        "not-found-wssc",
    )


def what_is_stated(root: Path) -> str:
    """Return what the project's requirements and the like say, in lower case."""
    texts = []
    for folder in (root, root.parent):
        for pattern in STATED:
            for path in sorted(folder.glob(pattern))[:50]:
                try:
                    texts.append(path.read_text("utf-8", "replace")[:LARGEST])
                except OSError:
                    continue
        if (folder / ".git").exists():  # what is above is not the project's
            break
    return "\n".join(texts).lower()


def check_application(settings: Settings, names: Names) -> Iterator[Finding]:
    """Yield that ASGI_APPLICATION is missing, or leads to nothing."""
    apps = settings.items("INSTALLED_APPS")
    where = settings.module.path
    if settings.is_absent("ASGI_APPLICATION"):
        if "daphne" in [app.value for app in apps]:
            yield Finding(
                "runserver ends with You have not set ASGI_APPLICATION",
                f"{where}: ASGI_APPLICATION is not set, and Daphne's runserver reads "
                "from it what to serve",
                'set ASGI_APPLICATION = "<folder of asgi.py>.asgi.application"',
                "you-have-not-set-asgi_application-which-is-needed-to-run-the-server",
            )
        return
    value = settings.text("ASGI_APPLICATION")
    if value is None or value.value is None:
        return
    owner, _, attribute = value.value.rpartition(".")
    module = names.module(owner) if owner else None
    if module is not None:
        if names.has(module, attribute) or names.module(value.value):
            return
        wrong = f"{module.path} has no {attribute}"
    elif owner and is_elsewhere(names, owner):
        return
    else:
        wrong = f"there is no module {owner or value.value}"
    yield Finding(
        "runserver ends with Cannot import ASGI_APPLICATION module, or Cannot find",
        f'{value.place}: ASGI_APPLICATION is "{value.value}", and {wrong}',
        "correct the path: the module's name and the variable's, with dots between",
        "cannot-import-asgi_application-module",
    )


def is_elsewhere(names: Names, module: str) -> bool:
    """Return whether a module may be outside of what was read."""
    first = module.partition(".")[0]
    if any(name.partition(".")[0] == first for name in names.modules):
        return False
    # It may be installed, or in a folder that somebody puts on Python's path.
    return any(
        mentions(each.nodes, "sys") and mentions(each.nodes, "path")
        for name, each in names.modules.items()
        if name == "manage" or name.rpartition(".")[2] in ("asgi", "settings")
    )


def check_layers(
    settings: Settings, names: Names, consumers: list[Consumer]
) -> Iterator[Finding]:
    """Yield that consumers use groups, and there is no layer, or one in memory."""
    user = next(filter(None, map(group_use, consumers)), None)
    if user is None:
        return
    if settings.is_absent("CHANNEL_LAYERS"):
        yield Finding(
            "AttributeError: 'NoneType' object has no attribute 'group_add'",
            f"{settings.module.path}: CHANNEL_LAYERS is not set, and {user}",
            "set CHANNEL_LAYERS; the layer in memory is enough for one process",
            "nonetype-object-has-no-attribute-group_add",
        )
        return
    if any(mentions(each.nodes, "channels_redis") for each in names.modules.values()):
        return  # somewhere else, perhaps in production
    layers = settings.bound("CHANNEL_LAYERS")
    if len(layers) != 1:
        return
    part, node = layers[0]
    if not isinstance(node, ast.Assign):
        return
    if backends_in(node.value) != [IN_MEMORY]:
        return
    yield Finding(
        "With more than one server process, some messages do not reach everybody",
        f"{part.path}:{node.lineno}: the channel layer is in memory, which ends at the "
        f"process, and {user}. With a single process all is well",
        "before you start a second process, a worker or a command that sends, use "
        "channels_redis.pubsub.RedisPubSubChannelLayer",
        "nobody-hears-the-other-process",
    )


def backends_in(value: ast.expr) -> list[object]:
    """Return each BACKEND that an expression has, None for one that is no constant."""
    found: list[object] = []
    for node in ast.walk(value):
        if isinstance(node, ast.Dict):
            for key, item in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "BACKEND":
                    found.append(item.value if isinstance(item, ast.Constant) else None)
    return found


def group_use(consumer: Consumer) -> str | None:
    """Return where a consumer uses groups, or None."""
    for node in ast.walk(consumer.node):
        if isinstance(node, ast.Attribute) and node.attr in ("group_add", "group_send"):
            return f"{consumer.name} uses groups ({consumer.module.path}:{node.lineno})"
    for node in consumer.node.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List):
            names = [each.id for each in node.targets if isinstance(each, ast.Name)]
            if "groups" in names and node.value.elts:
                place = f"{consumer.module.path}:{node.lineno}"
                return f"{consumer.name} joins groups ({place})"
    return None
