"""Where code uses a channel layer, and what it sends."""

import ast

from course.doctor.project.consumers import Consumer, assigned
from course.doctor.project.names import Function, Names, dotted
from course.doctor.project.source import Module

GET_LAYER = "channels.layers.get_channel_layer"
METHODS = ("group_add", "group_discard", "group_send", "send")


def layer_call(
    names: Names,
    module: Module,
    function: Function,
    consumer: Consumer | None,
    node: ast.AST,
) -> str | None:
    """Return which method of a channel layer a call is a call of, or None.

    Args:
        names: The project.
        module: Where the call stands.
        function: The function that executes it.
        consumer: The consumer that the function is a method of, if it is one.
        node: The call, or anything else.
    """
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    if node.func.attr not in METHODS:
        return None
    is_layer = is_layer_of(names, module, function, consumer, node.func.value)
    return node.func.attr if is_layer else None


def is_layer_of(
    names: Names,
    module: Module,
    function: Function,
    consumer: Consumer | None,
    node: ast.expr,
) -> bool:
    """Return whether an expression is certainly a channel layer."""
    if isinstance(node, ast.Call):
        return names.full_name(module, node.func) == GET_LAYER
    if dotted(node) == "self.channel_layer":
        return consumer is not None and not consumer.defines("channel_layer")
    if isinstance(node, ast.Name):
        values = assigned(function, node.id)
        if values:
            return all(
                value is not None
                and not isinstance(value, ast.Name)
                and is_layer_of(names, module, function, consumer, value)
                for value in values
            )
        value = names.value_of(module, node)
        if value is not None and isinstance(value[1], ast.Call):
            return names.full_name(value[0], value[1].func) == GET_LAYER
    return False


def event_of(function: Function, call: ast.Call) -> ast.Dict | None:
    """Return the event that is given to group_send() or send(), if it is written out.

    It may be a variable that is assigned once, and not changed.
    """
    if len(call.args) != 2:
        return None
    event = call.args[1]
    if isinstance(event, ast.Name):
        name = event.id
        values = assigned(function, name)
        if len(values) != 1 or values[0] is None:
            return None
        for node in ast.walk(function):
            changed = isinstance(node, ast.Subscript | ast.Attribute) and (
                isinstance(node.value, ast.Name) and node.value.id == name
            )
            if changed:
                return None
        event = values[0]
    return event if isinstance(event, ast.Dict) else None


def type_of(names: Names, module: Module, event: ast.Dict) -> str | None:
    """Return the type of an event, or None if that is not sure."""
    found = None
    for key, value in zip(event.keys, event.values, strict=True):
        if key is None or not isinstance(key, ast.Constant):
            return None  # ** may bring another
        if key.value == "type":
            found = names.value_of(module, value)
    if found is None or not isinstance(found[1], ast.Constant):
        return None
    text = found[1].value
    return text if isinstance(text, str) else None
