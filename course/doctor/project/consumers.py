"""The consumers of a project, and what their methods are."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from course.doctor.project.names import Function, Names
from course.doctor.project.source import Module

# Whether the handlers of each are coroutines.
BASES = {
    "channels.consumer.AsyncConsumer": True,
    "channels.consumer.SyncConsumer": False,
    "channels.generic.http.AsyncHttpConsumer": True,
    "channels.generic.websocket.AsyncJsonWebsocketConsumer": True,
    "channels.generic.websocket.AsyncWebsocketConsumer": True,
    "channels.generic.websocket.JsonWebsocketConsumer": False,
    "channels.generic.websocket.WebsocketConsumer": False,
}
GENERIC = "channels.generic.websocket."
# What the classes of BASES have, of which an event's type may be the name.
INHERITED = {
    "accept", "body", "close", "connect", "decode_json", "disconnect", "dispatch",
    "encode_json", "handle", "http_disconnect", "http_request", "receive",
    "receive_json", "send", "send_body", "send_headers", "send_json", "send_response",
    "websocket_connect", "websocket_disconnect", "websocket_receive",
}  # fmt: skip
DEEPEST = 20  # classes above a class


@dataclass
class Consumer:
    """One consumer class of the project.

    Attributes:
        module: Where it is written.
        node: Its syntax tree.
        base: The full name of the class of Channels that it is built on.
        lineage: It and the project's classes above it.
        is_known: Whether all classes above it are the project's or Channels'.
    """

    module: Module
    node: ast.ClassDef
    base: str = ""
    lineage: list[tuple[Module, ast.ClassDef]] = field(default_factory=list)
    is_known: bool = True

    @property
    def is_async(self) -> bool:
        """Whether its handlers are coroutines."""
        return BASES[self.base]

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.node.name

    def methods(self) -> list[Function]:
        """Return the methods that the class itself has, in order."""
        return [each for each in self.node.body if isinstance(each, Function)]

    def defines(self, name: str) -> bool:
        """Return whether it or a class of the project above it binds a name."""
        for _, node in self.lineage:
            for each in ast.walk(node):
                if isinstance(each, Function) and each.name == name:
                    return True
                if isinstance(each, ast.Name) and each.id == name:
                    return True
                stores = isinstance(getattr(each, "ctx", None), ast.Store)
                if isinstance(each, ast.Attribute) and each.attr == name and stores:
                    return True
        return False


def find_consumers(names: Names) -> list[Consumer]:
    """Return the consumers of a project, by file and line."""
    found = []
    for module in names.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.ClassDef):
                consumer = Consumer(module, node)
                bases = set(climb(names, module, node, consumer))
                if len({BASES[base] for base in bases}) == 1:
                    consumer.base = sorted(bases)[-1]
                    found.append(consumer)
    return sorted(found, key=lambda each: (each.module.path, each.node.lineno))


def climb(
    names: Names, module: Module, node: ast.ClassDef, consumer: Consumer
) -> Iterator[str]:
    """Yield the classes of Channels above a class, and note all others."""
    if len(consumer.lineage) >= DEEPEST:
        consumer.is_known = False
        return
    consumer.lineage.append((module, node))
    if node.keywords:
        consumer.is_known = False
    for base in node.bases:
        full = names.full_name(module, base)
        if full in BASES:
            yield full
            continue
        found = names.definition(full) if full else None
        if found is None or not isinstance(found[1], ast.ClassDef):
            consumer.is_known = False
        elif found[1] not in [each for _, each in consumer.lineage]:
            yield from climb(names, found[0], found[1], consumer)


def walk_own(function: ast.AST) -> Iterator[ast.AST]:
    """Yield what a function itself executes: not what functions inside of it do, which
    may run elsewhere.
    """
    # Decorators and defaults are executed where the function is defined.
    own = function.body if isinstance(function, Function) else None
    waiting = list(own or ast.iter_child_nodes(function))[::-1]
    while waiting:  # no recursion: a tree may be as deep as a sum is long
        node = waiting.pop()
        if not isinstance(node, Function | ast.Lambda | ast.ClassDef):
            yield node
            waiting += list(ast.iter_child_nodes(node))[::-1]


def parameters(function: Function) -> set[str]:
    """Return the names of a function's parameters."""
    of = function.args
    every = [*of.posonlyargs, *of.args, *of.kwonlyargs, of.vararg, of.kwarg]
    return {each.arg for each in every if each}


def local_names(function: Function) -> set[str]:
    """Return the names that a function binds: they are not those of the module."""
    bound = parameters(function)
    for node in walk_own(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
    return bound


def assigned(function: Function, name: str) -> list[ast.expr | None]:
    """Return what a function assigns to a name of its own; None for anything but a
    plain assignment.
    """
    values: list[ast.expr | None] = []
    if name in parameters(function):
        values.append(None)
    plain = set()
    for node in walk_own(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id == name:
                    values.append(node.value)
                    plain.add(target)
        elif isinstance(node, ast.Name) and node.id == name:
            is_read = isinstance(node.ctx, ast.Load)
            if not is_read and node not in plain:
                values.append(None)
    return values
