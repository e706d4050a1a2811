"""Mistakes in the handlers of consumers: what blocks, what is not awaited, what is not
called.
"""

import ast
from collections.abc import Iterator

from course.doctor.findings import Finding
from course.doctor.project.consumers import (
    GENERIC,
    Consumer,
    local_names,
    walk_own,
)
from course.doctor.project.layers import layer_call
from course.doctor.project.names import Function, Names, dotted
from course.doctor.project.source import Module

BLOCKING = {
    "os.system", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
    "subprocess.run", "time.sleep", "urllib.request.urlopen",
    *(f"requests.{verb}" for verb in (
        "delete", "get", "head", "options", "patch", "post", "put", "request",
    )),
}  # fmt: skip
INSTEAD = {
    "time.sleep": "await asyncio.sleep(...)",
    "subprocess": "await asyncio.create_subprocess_exec(...)",
}
# What Channels awaits in an async consumer, and calls in a sync one.
HANDLERS = {
    "connect", "disconnect", "receive", "receive_json", "websocket_connect",
    "websocket_disconnect", "websocket_receive",
}  # fmt: skip
# Coroutines of an async consumer.
COROUTINES = {"accept", "close", "send", "send_json"}
NOT_AWAITED = {
    "group_add": "coroutine-inmemorychannellayergroup_add-was-never-awaited",
    "group_discard": "who-has-gone-is-still-in-the-group",
    "group_send": "coroutine-inmemorychannellayergroup_send-was-never-awaited",
    "send": "coroutine-inmemorychannellayergroup_send-was-never-awaited",
}


def check_consumer(names: Names, consumer: Consumer) -> Iterator[Finding]:
    """Yield what is wrong with the methods of one consumer."""
    yield from check_kinds(consumer)
    for function in consumer.methods():
        if consumer.is_async and isinstance(function, ast.AsyncFunctionDef):
            yield from check_blocking(names, consumer, function)
            yield from check_awaits(consumer, function)


def where(module: Module, node: ast.AST) -> str:
    """Return the file and line of a piece of code."""
    return f"{module.path}:{getattr(node, 'lineno', 1)}"


def check_kinds(consumer: Consumer) -> Iterator[Finding]:
    """Yield handlers that are no coroutines and should be, or the other way round."""
    for function in consumer.methods():
        is_coroutine = isinstance(function, ast.AsyncFunctionDef)
        if function.name not in HANDLERS or function.decorator_list:
            continue
        if is_coroutine == consumer.is_async:
            continue
        place = where(consumer.module, function)
        name = f"{consumer.name}.{function.name}()"
        if is_coroutine:
            yield Finding(
                f"RuntimeWarning: coroutine '{consumer.name}.{function.name}' was "
                "never awaited, and the handler does not run",
                f"{place}: {name} is written with async def, in a sync consumer",
                "write def; or derive from the async consumer",
                "coroutine-asynchandlerwebsocket_connect-was-never-awaited",
            )
        elif not any(
            isinstance(node, ast.Return) and node.value for node in walk_own(function)
        ):
            yield Finding(
                "TypeError: object NoneType can't be used in 'await' expression",
                f"{place}: {name} is written with def, in an async consumer",
                "write async def",
                "object-nonetype-cant-be-used-in-await-expression",
            )


def check_blocking(
    names: Names, consumer: Consumer, function: Function
) -> Iterator[Finding]:
    """Yield calls that hold the event loop, and async_to_sync, in an async handler."""
    own = local_names(function)
    module = consumer.module
    for node in walk_own(function):
        if not isinstance(node, ast.Call):
            continue
        written = dotted(node.func) or ""
        if written.partition(".")[0] in own:
            continue
        full = names.full_name(module, node.func) or ""
        name = f"{consumer.name}.{function.name}()"
        if full in BLOCKING:
            default = "an async library, or await sync_to_async(..., "
            instead = INSTEAD.get(full, INSTEAD.get(full.partition(".")[0], ""))
            yield Finding(
                f"Everybody waits while {name} works",
                f"{where(module, node)}: {written}() in {name} holds the event loop, "
                "on which all async handlers run",
                instead or f"{default}thread_sensitive=False)(...)",
                "everything-freezes-while-one-async-handler-works",
            )
        elif full == "asgiref.sync.async_to_sync":
            yield Finding(
                "RuntimeError: You cannot use AsyncToSync in the same thread as an "
                "async event loop",
                f"{where(module, node)}: async_to_sync() in {name}, a coroutine",
                "await the coroutine function itself",
                "you-cannot-use-asynctosync-in-the-same-thread-as-an-async-event-loop",
            )


def check_awaits(consumer: Consumer, function: Function) -> Iterator[Finding]:
    """Yield calls of the consumer's own coroutines whose result is thrown away."""
    for node in walk_own(function):
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
            continue
        written = dotted(node.value.func) or ""
        first, _, name = written.partition(".")
        if first != "self" or not is_coroutine(consumer, name):
            continue
        yield Finding(
            f"RuntimeWarning: coroutine {name} was never awaited, and nothing happens",
            f"{where(consumer.module, node)}: {written}() in {consumer.name}."
            f"{function.name}() is not awaited",
            f"await {written}(...)",
            "coroutine-asyncconsumersend-was-never-awaited",
        )


def is_coroutine(consumer: Consumer, name: str) -> bool:
    """Return whether a method of an async consumer is certainly a coroutine."""
    if not consumer.is_known:
        return False
    if consumer.defines(name):
        owners = [node for _, node in consumer.lineage]
        written = [each for owner in owners for each in owner.body if binds(each, name)]
        return bool(written) and all(
            isinstance(each, ast.AsyncFunctionDef)
            and not each.decorator_list
            and not yields(each)
            for each in written
        )
    if name == "send_json":
        return "Json" in consumer.base
    is_generic = consumer.base.startswith(GENERIC)
    return name == "send" or (name in COROUTINES and is_generic)


def binds(statement: ast.stmt, name: str) -> bool:
    """Return whether a statement in a class's body binds a name."""
    if isinstance(statement, Function):
        return statement.name == name
    return any(
        isinstance(node, ast.Name) and node.id == name for node in ast.walk(statement)
    )


def yields(function: Function) -> bool:
    """Return whether a function makes a generator, which nobody awaits."""
    return any(isinstance(node, ast.Yield) for node in walk_own(function))


def check_layer_calls(names: Names, consumers: list[Consumer]) -> Iterator[Finding]:
    """Yield calls of a channel layer that are not awaited, in all of the project."""
    owners = {
        function: consumer for consumer in consumers for function in consumer.methods()
    }
    for module in names.modules.values():
        for function in module.functions:
            consumer = owners.get(function)
            for node in walk_own(function):
                if not isinstance(node, ast.Expr):
                    continue
                method = layer_call(names, module, function, consumer, node.value)
                if method is not None:
                    yield not_awaited(module, function, consumer, node, method)


def not_awaited(
    module: Module,
    function: Function,
    consumer: Consumer | None,
    node: ast.Expr,
    method: str,
) -> Finding:
    """Return what is wrong with a call of a layer whose result is thrown away."""
    is_coroutine = isinstance(function, ast.AsyncFunctionDef)
    owner = f"{consumer.name}." if consumer else ""
    entry = NOT_AWAITED[method] if is_coroutine else NOT_AWAITED["group_add"]
    layer = "channel_layer"
    if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        layer = ast.unparse(node.value.func.value)
    return Finding(
        f"RuntimeWarning: coroutine {method} was never awaited, and nothing happens",
        f"{where(module, node)}: {method}() of the channel layer is a coroutine, and "
        f"{owner}{function.name}() does not await it",
        f"await {layer}.{method}(...)"
        if is_coroutine
        else f"async_to_sync({layer}.{method})(...)",
        entry,
    )


def check_accept(consumer: Consumer, consumers: list[Consumer]) -> Iterator[Finding]:
    """Yield that connect() neither accepts nor closes, so that nobody answers."""
    if not consumer.is_known or not consumer.base.startswith(GENERIC):
        return
    connect = next((f for f in consumer.methods() if f.name == "connect"), None)
    if connect is None or connect.decorator_list:
        return
    classes = [node for _, node in consumer.lineage]
    heirs = [
        other
        for other in consumers
        if other is not consumer and consumer.node in [n for _, n in other.lineage]
    ]
    if heirs:  # they may accept
        return
    for owner in classes:
        for node in ast.walk(owner):
            if may_answer(node):
                return
    for node in ast.walk(connect):
        # Whoever is given the consumer may accept for it.
        if isinstance(node, ast.Call):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(isinstance(each, ast.Name) and each.id == "self" for each in given):
                return
    wait = "" if not consumer.is_async else "await "
    yield Finding(
        "The handshake is not answered: the browser waits, and Daphne drops it",
        f"{where(consumer.module, connect)}: {consumer.name}.connect() neither accepts "
        "nor closes",
        f"end it with {wait}self.accept()",
        "the-handshake-is-not-answered",
    )


def may_answer(node: ast.AST) -> bool:
    """Return whether a piece of code may answer a handshake."""
    if isinstance(node, ast.Attribute):
        return node.attr in ("accept", "close", "websocket_connect", "base_send")
    if isinstance(node, ast.Name):
        return node.id in ("super", "AcceptConnection", "DenyConnection", "getattr")
    if isinstance(node, ast.Constant):
        return node.value in ("websocket.accept", "websocket.close")
    return isinstance(node, ast.Raise)
