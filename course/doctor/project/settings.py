"""The settings of a project, as far as its text tells them."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from course.doctor.project.names import DEEPEST, Names, dotted, top_statements
from course.doctor.project.source import Module

VARIABLE = "DJANGO_SETTINGS_MODULE"
TRICKS = {
    "__dict__", "exec", "globals", "include", "locals", "modules", "setattr", "vars",
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """An entry of a list in the settings, with its place; None for what is not sure."""

    value: str | None
    place: str


class Settings:
    """The module that manage.py names, and those of which it imports everything.

    Attributes:
        module: That module.
        parts: It and the others, the last one first.
        is_whole: Whether nothing comes from elsewhere.
    """

    def __init__(self, names: Names, module: Module) -> None:
        self.names = names
        self.module = module
        self.parts = [module]
        self.is_whole = True
        for part in self.parts:  # it grows
            for star in names.scopes[part.name].stars:
                other = names.module(star)
                if other is None:
                    self.is_whole = False
                elif other not in self.parts:
                    self.parts.append(other)

    def is_absent(self, name: str) -> bool:
        """Return whether a setting is certainly not set."""
        apps = (self.names.scopes[part.name].bound for part in self.parts)
        if not self.is_whole or not any("INSTALLED_APPS" in each for each in apps):
            return False  # they are made in another way
        for module in self.names.modules.values():
            # Other settings may be put together with these: by dynaconf, for instance.
            may_hold = name.isupper() or is_like_settings(module)
            if may_hold and mentions(module.nodes, name):
                return False
        # What writes into globals(), or loads a file, may set anything.
        return not any(has_name(part.nodes, TRICKS) for part in self.parts)

    def bound(self, name: str) -> list[tuple[Module, ast.AST]]:
        """Return each statement that binds a setting, with its module."""
        return [
            (part, node)
            for part in self.parts
            for node in self.names.scopes[part.name].bound.get(name, [])
        ]

    def text(self, name: str) -> Item | None:
        """Return a setting that is one string, or None if that is not sure."""
        found = self.bound(name)
        if len(found) != 1:
            return None
        part, node = found[0]
        if not isinstance(node, ast.Assign) or node not in part.tree.body:
            return None  # it stands under an if
        value = node.value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return Item(value.value, place(part, node))
        return None

    def items(self, name: str) -> list[Item]:
        """Return a setting that is a list of strings, in its order."""
        return self.run(self.module, name, 0) or []

    def run(self, module: Module, name: str, depth: int) -> list[Item] | None:
        """Return what a list is once a module has been executed; None if it is not set
        there.
        """
        if depth > DEEPEST:
            return None
        items: list[Item] | None = None
        for statement in top_statements(module.tree.body):
            items = self.step(module, name, statement, items, depth)
        return items

    def step(
        self,
        module: Module,
        name: str,
        statement: ast.stmt,
        items: list[Item] | None,
        depth: int,
    ) -> list[Item] | None:
        """Return what a list is after one statement."""
        if isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                if alias.name not in ("*", name):
                    continue
                for star in self.names.scopes[module.name].stars:
                    other = self.names.module(star)
                    if other is not None and other is not module:
                        items = self.run(other, name, depth + 1) or items
            return items
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = (
                statement.targets
                if isinstance(statement, ast.Assign)
                else [statement.target]
            )
            value = statement.value
            if value is not None and name in map(dotted, targets):
                return self.value(module, value, depth, (name, items))
        if isinstance(statement, ast.AugAssign) and dotted(statement.target) == name:
            return [*(items or []), *self.value(module, statement.value, depth)]
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = statement.value
            method = dotted(call.func)
            if method in (f"{name}.append", f"{name}.extend") and call.args:
                return [*(items or []), *self.value(module, call.args[0], depth)]
            if method == f"{name}.insert" and len(call.args) == 2:
                first = call.args[0]
                added = self.value(module, call.args[1], depth)
                if isinstance(first, ast.Constant) and first.value == 0:
                    return [*added, *(items or [])]
                return [*(items or []), *(Item(None, each.place) for each in added)]
        return items

    def value(
        self,
        module: Module,
        node: ast.expr,
        depth: int,
        so_far: tuple[str, list[Item] | None] = ("", None),
    ) -> list[Item]:
        """Return the strings of an expression; an Item of None for each part that is
        not sure.

        Args:
            module: Where the expression stands.
            node: The expression.
            depth: How many names were followed to it.
            so_far: The name that it is assigned to, and what that was before.
        """
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [Item(node.value, place(module, node))]
        if isinstance(node, ast.List | ast.Tuple):
            parts = [self.value(module, each, depth, so_far) for each in node.elts]
            return [item for part in parts for item in part]
        if isinstance(node, ast.Starred):
            return self.value(module, node.value, depth, so_far)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left = self.value(module, node.left, depth, so_far)
            return left + self.value(module, node.right, depth, so_far)
        copies = isinstance(node, ast.Call) and dotted(node.func) in ("list", "tuple")
        if isinstance(node, ast.Call) and copies and len(node.args) == 1:
            return self.value(module, node.args[0], depth, so_far)
        if isinstance(node, ast.Name):
            if node.id == so_far[0] and so_far[1] is not None:
                return so_far[1]
            found = self.named(module, node.id, depth + 1)
            if found is not None:
                return found
        return [Item(None, place(module, node))]

    def named(self, module: Module, name: str, depth: int) -> list[Item] | None:
        """Return the list that a name of a module is, or None."""
        if depth > DEEPEST or name == "INSTALLED_APPS":  # it may be built of itself
            return None
        found = self.run(module, name, depth)
        if found is None:
            full = self.names.original(module, name)
            owner = self.names.module(full.rpartition(".")[0]) if full else None
            if owner is not None and owner is not module:
                found = self.run(owner, name, depth)
        return found


def find_settings(names: Names) -> Settings | None:
    """Return the settings that manage.py uses, or else asgi.py, or the only ones."""
    for module in [names.module("manage"), *entry_modules(names)]:
        if module is not None:
            for name in settings_named(module.nodes):
                found = names.module(name)
                if found is not None:
                    return Settings(names, found)
    candidates = [
        names.modules[name]
        for name, scope in names.scopes.items()
        if "INSTALLED_APPS" in scope.bound and "ROOT_URLCONF" in scope.bound
    ]
    return Settings(names, candidates[0]) if len(candidates) == 1 else None


def entry_modules(names: Names) -> Iterator[Module]:
    """Yield the project's modules called asgi."""
    for name in names.by_last.get("asgi", []):
        yield names.modules[name]


def settings_named(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the settings' names that code puts into the environment."""
    for node in nodes:
        if isinstance(node, ast.Call) and len(node.args) == 2:
            first, second = map(text_of, node.args)
            if first == VARIABLE and second is not None:
                yield second
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            target, named = node.targets[0], text_of(node.value)
            key = text_of(target.slice) if isinstance(target, ast.Subscript) else None
            if key == VARIABLE and named is not None:
                yield named


def has_name(nodes: Iterable[ast.AST], names: set[str]) -> bool:
    """Return whether code has a name or an attribute of these."""
    return any(
        getattr(node, "id", getattr(node, "attr", None)) in names
        for node in nodes
        if isinstance(node, ast.Name | ast.Attribute)
    )


def mentions(nodes: Iterable[ast.AST], text: str) -> bool:
    """Return whether code has this name, attribute, or part of a string."""
    for node in nodes:
        if isinstance(node, ast.Name) and node.id == text:
            return True
        if isinstance(node, ast.Attribute) and node.attr == text:
            return True
        if isinstance(node, ast.alias) and text in (node.name, node.asname):
            return True
        if text in (text_of(node) or ""):
            return True
    return False


def is_like_settings(module: Module) -> bool:
    """Return whether a module may hold settings."""
    return "settings" in module.path or mentions(module.nodes, "INSTALLED_APPS")


def text_of(node: ast.AST) -> str | None:
    """Return the string that an expression is, or None."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def place(module: Module, node: ast.AST) -> str:
    """Return the file and line of a piece of code."""
    return f"{module.path}:{getattr(node, 'lineno', 1)}"
