"""Mistakes in asgi.py: what is imported too early, what stands around the routes."""

import ast
from collections.abc import Iterator

from course.doctor.findings import Finding
from course.doctor.project.consumers import Consumer, walk_own
from course.doctor.project.names import (
    Function,
    Names,
    dotted,
    imported_from,
    top_statements,
)
from course.doctor.project.settings import mentions, settings_named
from course.doctor.project.source import Module

GET_APPLICATION = "django.core.asgi.get_asgi_application"
SETS_UP = {GET_APPLICATION, "django.setup", "django.conf.settings.configure"}
ROUTER = "channels.routing.ProtocolTypeRouter"
AUTH = ("channels.auth.AuthMiddlewareStack", "channels.auth.AuthMiddleware")
COOKIES = (
    "channels.auth.AuthMiddlewareStack",
    "channels.sessions.CookieMiddleware",
    "channels.sessions.SessionMiddlewareStack",
)
ORIGIN = (
    "channels.security.websocket.AllowedHostsOriginValidator",
    "channels.security.websocket.OriginValidator",
)
# What may stand around the routes without a doubt about what it does.
KNOWN = {
    *AUTH,
    *COOKIES,
    *ORIGIN,
    "channels.routing.URLRouter",
    "channels.sessions.SessionMiddleware",
}
DEEPEST = 50  # imports that lead from one to the next


def check_order(names: Names) -> Iterator[Finding]:
    """Yield that models or settings are imported before Django is set up."""
    for module in asgi_modules(names):
        settings_set = False
        for statement in top_statements(module.tree.body):
            if sets_up(names, module, statement):
                break
            settings_set = settings_set or any(settings_named(ast.walk(statement)))
            for name in imported(module, statement):
                reason = needs_django(names, name, settings_set, {module.name})
                if reason:
                    yield too_early(module, statement, name, *reason)
                    break
            else:
                continue
            break


def too_early(
    module: Module, statement: ast.stmt, name: str, reason: str, needs_apps: bool
) -> Finding:
    """Return what is wrong with an import before Django is set up."""
    symptom = "ImproperlyConfigured: Requested setting, or AppRegistryNotReady, under "
    return Finding(
        f"{symptom}the daphne or uvicorn command; runserver is content",
        f"{module.path}:{statement.lineno}: {name} is imported before "
        f"get_asgi_application() is called, and {reason}",
        "call get_asgi_application() first, and import your own code below it",
        "apps-arent-loaded-yet" if needs_apps else "requested-setting-installed_apps",
    )


def asgi_modules(names: Names) -> list[Module]:
    """Return the modules that call get_asgi_application() when they are imported."""
    return [
        module
        for module in names.modules.values()
        if GET_APPLICATION in names.scopes[module.name].imports.values()
        and any(sets_up(names, module, each) for each in module.tree.body)
    ]


def sets_up(names: Names, module: Module, statement: ast.stmt) -> bool:
    """Return whether a statement sets Django up, or may do so."""
    if isinstance(statement, Function | ast.ClassDef):
        return False
    nodes = [statement, *walk_own(statement)]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    full = {names.full_name(module, call.func) for call in calls}
    return bool(full & SETS_UP)


def imported(module: Module, statement: ast.stmt) -> Iterator[str]:
    """Yield the full names of the modules that a statement may import."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            yield alias.name
    elif isinstance(statement, ast.ImportFrom):
        source = imported_from(module, statement)
        yield source
        for alias in statement.names:
            yield f"{source}.{alias.name}"


def needs_django(
    names: Names, name: str, settings_set: bool, seen: set[str]
) -> tuple[str, bool] | None:
    """Return why a module cannot be imported before Django is set up, and whether it is
    the apps that are missing; None if it is not sure that it cannot.

    Args:
        names: The project.
        name: The module.
        settings_set: Whether the environment names the settings by then.
        seen: The modules that were looked at.
    """
    if name.startswith("django.contrib.") and name.endswith(".models"):
        return f"that is {name}", settings_set
    module = names.module(name)
    if module is None or module.name in seen or len(seen) > DEEPEST:
        return None
    seen.add(module.name)
    for statement in top_statements(module.tree.body):
        if isinstance(statement, ast.If) and mentions(
            ast.walk(statement.test), "TYPE_CHECKING"
        ):
            return None  # what stands under it is not imported
        if isinstance(statement, ast.Try):
            return None  # it may be ready for it
        where = f"{module.path}:{getattr(statement, 'lineno', 1)}"
        if isinstance(statement, ast.ClassDef):
            bases = {names.full_name(module, base) for base in statement.bases}
            if "django.db.models.Model" in bases:
                reason = f"the model {statement.name} needs the apps ({where})"
                return reason, settings_set
            continue
        if isinstance(statement, Function):
            continue
        for inner in imported(module, statement):
            found = needs_django(names, inner, settings_set, seen)
            if found:
                return found
        if settings_set or not isinstance(statement, ast.Assign | ast.AnnAssign):
            continue
        for node in walk_own(statement):
            if not isinstance(node, ast.Attribute) or not node.attr.isupper():
                continue
            if names.full_name(module, node.value) == "django.conf.settings":
                return f"{where} reads settings.{node.attr}", False
    return None


def websocket_parts(names: Names) -> Iterator[tuple[Module, ast.expr]]:
    """Yield what each ProtocolTypeRouter of the project has under "websocket"."""
    for module in names.modules.values():
        for node in module.nodes:
            if not isinstance(node, ast.Call) or not node.args:
                continue
            if names.full_name(module, node.func) != ROUTER:
                continue
            table = names.value_of(module, node.args[0])
            if table is None or not isinstance(table[1], ast.Dict):
                continue
            for key, value in zip(table[1].keys, table[1].values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "websocket":
                    yield table[0], value


def around(names: Names, module: Module, node: ast.expr) -> set[str | None]:
    """Return the full names of what stands around the routes; None for what is not
    known, such as a middleware of the project's own.
    """
    value = names.value_of(module, node)
    if value is None:
        return {None}
    module, node = value
    if not isinstance(node, ast.Call):
        return {None}
    full = names.full_name(module, node.func)
    if full not in KNOWN or not node.args:
        return {None}
    if full == "channels.routing.URLRouter":
        return {full} | routes(names, module, node.args[0])
    return {full} | around(names, module, node.args[0])


def routes(names: Names, module: Module, node: ast.expr) -> set[str | None]:
    """Return what stands around single routes of a list; None for what is not known."""
    value = names.value_of(module, node)
    if value is None:
        return {None}
    module, node = value
    if isinstance(node, ast.BinOp):
        left = routes(names, module, node.left)
        return left | routes(names, module, node.right)
    if not isinstance(node, ast.List | ast.Tuple):
        return {None}
    found: set[str | None] = set()
    for route in node.elts:
        if isinstance(route, ast.Starred):
            found |= routes(names, module, route.value)
        elif not isinstance(route, ast.Call) or len(route.args) < 2:
            found.add(None)
        elif not is_plain(names, module, route.args[1]):
            found |= around(names, module, route.args[1])
    return found


def is_plain(names: Names, module: Module, node: ast.expr) -> bool:
    """Return whether nothing stands around an application: it is a call of as_asgi(),
    or the name of a function of the project.
    """
    if isinstance(node, ast.Call):
        return (dotted(node.func) or "").endswith(".as_asgi")
    found = names.found(module, node)
    return found is not None and isinstance(found[1], Function)


def check_around(names: Names, consumers: list[Consumer]) -> Iterator[Finding]:
    """Yield that the user, or the check of the origin, is missing around the routes."""
    for module, node in websocket_parts(names):
        found = around(names, module, node)
        if None in found:
            continue
        where = f"{module.path}:{node.lineno}"
        if not found & set(AUTH):
            for consumer in consumers:
                line = reads_user(consumer)
                if line:
                    yield Finding(
                        "KeyError: 'user' at the handshake",
                        f"{where}: no AuthMiddlewareStack stands around the WebSocket "
                        f"routes, and {consumer.name} uses "
                        f'scope["user"] ({consumer.module.path}:{line})',
                        "wrap the routes: AuthMiddlewareStack(URLRouter(...)), in an "
                        "AllowedHostsOriginValidator",
                        "keyerror-user",
                    )
                    break
        if found & set(COOKIES) and not found & set(ORIGIN) and not asks_origin(names):
            yield Finding(
                "A page of another site can open a socket as your user",
                f"{where}: cookies are read around the WebSocket routes, and nothing "
                "looks at the Origin header",
                "wrap it all: AllowedHostsOriginValidator(AuthMiddlewareStack(...))",
                "a-page-of-another-site-opens-a-socket-as-your-user",
            )


def reads_user(consumer: Consumer) -> int | None:
    """Return the line in which a consumer reads scope["user"] unconditionally."""
    if not consumer.is_known or sets_user(consumer):
        return None
    for node in users_of_scope(consumer.node):
        if isinstance(node.ctx, ast.Load):
            return node.lineno
    return None


def sets_user(consumer: Consumer) -> bool:
    """Return whether a consumer sets the user itself, or is ready for none."""
    for _, owner in consumer.lineage:
        if any(not isinstance(node.ctx, ast.Load) for node in users_of_scope(owner)):
            return True
        for node in ast.walk(owner):
            if isinstance(node, ast.Compare) and is_text(node.left, "user"):
                return True  # if "user" in self.scope
            if isinstance(node, ast.Name) and node.id in ("KeyError", "get_user"):
                return True
            if isinstance(node, Function) and node.name in ("__call__", "as_asgi"):
                return True
    return False


def users_of_scope(tree: ast.AST) -> Iterator[ast.Subscript]:
    """Yield each self.scope["user"]."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Subscript):
            continue
        if dotted(node.value) == "self.scope" and is_text(node.slice, "user"):
            yield node


def is_text(node: ast.AST, text: str) -> bool:
    """Return whether an expression is this string."""
    return isinstance(node, ast.Constant) and node.value == text


def asks_origin(names: Names) -> bool:
    """Return whether any code of the project looks at the header itself."""
    for module in names.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
                value = node.value
                text = value.decode("latin-1") if isinstance(value, bytes) else value
                if text.lower() in ("origin", "http_origin"):
                    return True
    return False


def check_routes(names: Names, consumers: list[Consumer]) -> Iterator[Finding]:
    """Yield each route that leads to a consumer's class, without as_asgi()."""
    known = {(each.module.name, each.node) for each in consumers}
    for module in names.modules.values():
        for node in module.nodes:
            if not isinstance(node, ast.Call):
                continue
            full = names.full_name(module, node.func)
            if full not in ("django.urls.path", "django.urls.re_path"):
                continue
            views = [each.value for each in node.keywords if each.arg == "view"]
            for view in [*node.args[1:2], *views]:
                found = names.found(module, view)
                if found and (found[0].name, found[1]) in known:
                    yield without_as_asgi(module, view)
    for module, value in websocket_parts(names):
        found = names.found(module, value)
        if found and (found[0].name, found[1]) in known:
            yield without_as_asgi(module, value)


def without_as_asgi(module: Module, node: ast.expr) -> Finding:
    """Return what is wrong with a route to a class."""
    name = dotted(node)
    return Finding(
        f"TypeError at the first connection: {name} takes no arguments, or the like",
        f"{module.path}:{node.lineno}: the route leads to the class {name}, and not to "
        "an application",
        f"write {name}.as_asgi()",
        "takes-no-arguments-at-the-first-connection",
    )
