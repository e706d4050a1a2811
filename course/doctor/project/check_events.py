"""Events of the channel layer that nobody handles."""

import ast
from collections.abc import Iterator

from course.doctor.findings import Finding
from course.doctor.project.consumers import INHERITED, Consumer, walk_own
from course.doctor.project.layers import event_of, type_of
from course.doctor.project.names import Names

# By which a consumer finds the handler of an event otherwise.
OTHERWISE = ("__getattr__", "__getattribute__", "dispatch", "get_handler_name")
ANY = "*"  # some name that is made when the code runs


def check_events(names: Names, consumers: list[Consumer]) -> Iterator[Finding]:
    """Yield each event of a type that no method of the project is called after."""
    if not consumers or not all(consumer.is_known for consumer in consumers):
        return  # a class from elsewhere may have the handler
    if any(consumer.defines(name) for consumer in consumers for name in OTHERWISE):
        return
    attributes = bound_anywhere(names)
    if ANY in attributes:
        return
    for module in names.modules.values():
        for function in module.functions:
            for node in walk_own(function):
                if not isinstance(node, ast.Call):
                    continue
                sends = isinstance(node.func, ast.Attribute) and (
                    node.func.attr == "group_send"
                )
                # async_to_sync(layer.group_send)(group, event)
                wraps = isinstance(node.func, ast.Call) and any(
                    isinstance(each, ast.Attribute) and each.attr == "group_send"
                    for each in node.func.args
                )
                event = event_of(function, node) if sends or wraps else None
                kind = type_of(names, module, event) if event else None
                if kind is None or kind.startswith(("_", ".")):
                    continue
                handler = kind.replace(".", "_")
                if handler in INHERITED or handler in attributes:
                    continue
                yield Finding(
                    f"ValueError: No handler for message type {kind}, and every "
                    "listener of the group is disconnected",
                    f"{module.path}:{node.lineno}: an event of the type {kind!r} is "
                    f"sent to a group, and there is no method {handler}",
                    f"give the consumer a method {handler}, or the event another type",
                    "no-handler-for-message-type-chatmessage",
                )


def bound_anywhere(names: Names) -> set[str]:
    """Return every name that any code of the project defines or assigns, or ANY."""
    found = set()
    for module in names.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(node.attr)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                made = node.func.id == "type" and len(node.args) == 3
                if made or node.func.id == "setattr":
                    found.add(ANY)
    return found
