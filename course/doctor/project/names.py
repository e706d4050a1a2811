"""What a name in a project's code stands for, by its imports and definitions."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from course.doctor.project.source import Module, Sources

Function = ast.FunctionDef | ast.AsyncFunctionDef
DEEPEST = 20  # re-exports that are followed


@dataclass
class Scope:
    """The names of one module.

    Attributes:
        imports: The full name of what each local name was imported as; None if there
            are two.
        stars: The modules of which everything is imported.
        bound: The statements at the top of the module that bind each name.
    """

    imports: dict[str, str | None] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    bound: dict[str, list[ast.AST]] = field(default_factory=dict)


class Names:
    """The names of all modules of a project."""

    def __init__(self, sources: Sources) -> None:
        self.modules = sources.modules
        self.above = sources.root.resolve().parts
        self.scopes = {name: scope_of(each) for name, each in self.modules.items()}
        self.by_last: dict[str, list[str]] = {}
        for name in self.modules:
            self.by_last.setdefault(name.rpartition(".")[2], []).append(name)

    def module(self, name: str) -> Module | None:
        """Return the module with a full name, also where a folder above or below the
        project's is on Python's path.
        """
        if name in self.modules:
            return self.modules[name]
        parts = name.split(".")
        for count in range(1, len(parts)):
            inner = ".".join(parts[count:])
            if tuple(parts[:count]) == self.above[-count:] and inner in self.modules:
                return self.modules[inner]
        last = name.rpartition(".")[2]
        ends = [
            each for each in self.by_last.get(last, []) if each.endswith(f".{name}")
        ]
        return self.modules[ends[0]] if len(ends) == 1 else None

    def full_name(self, module: Module, node: ast.AST) -> str | None:
        """Return what an expression such as `consumers.Chat` stands for, by its
        original name, or None if that is not sure.
        """
        written = dotted(node)
        if written is None:
            return None
        first, _, rest = written.partition(".")
        full = self.original(module, first)
        if full is None:
            return None
        return self.follow(f"{full}.{rest}" if rest else full)

    def original(self, module: Module, name: str, depth: int = 0) -> str | None:
        """Return the full name of what a name of a module stands for."""
        scope = self.scopes[module.name]
        if name in scope.imports:
            return scope.imports[name] if name not in scope.bound else None
        if name in scope.bound:
            return f"{module.name}.{name}"
        for star in scope.stars:
            other = self.module(star)
            if other is None:
                return f"{star}.{name}" if len(scope.stars) == 1 else None
            if depth < DEEPEST:
                found = self.original(other, name, depth + 1)
                if found is not None:
                    return found
        return None

    def follow(self, full: str) -> str:
        """Return the name under which something is defined: packages re-export."""
        for _ in range(DEEPEST):
            owner, _, name = full.rpartition(".")
            module = self.module(owner) if owner else None
            if module is None:
                return full
            original = self.original(module, name)
            if original is None or original == full:
                return full
            full = original
        return full

    def definition(self, full: str) -> tuple[Module, ast.AST] | None:
        """Return the one statement of the project that defines a full name."""
        owner, _, name = full.rpartition(".")
        module = self.module(owner) if owner else None
        if module is None:
            return None
        statements = self.scopes[module.name].bound.get(name, [])
        return (module, statements[0]) if len(statements) == 1 else None

    def found(self, module: Module, node: ast.AST) -> tuple[Module, ast.AST] | None:
        """Return the module and statement that define what an expression names."""
        full = self.full_name(module, node)
        return self.definition(full) if full else None

    def has(self, module: Module, name: str, depth: int = 0) -> bool:
        """Return whether a module may have an attribute: in doubt it has."""
        scope = self.scopes[module.name]
        if name in scope.bound or name in scope.imports or "__getattr__" in scope.bound:
            return True
        for star in scope.stars:
            other = self.module(star)
            if other is None or depth >= DEEPEST or self.has(other, name, depth + 1):
                return True
        return False

    def value_of(self, module: Module, node: ast.AST) -> tuple[Module, ast.expr] | None:
        """Return the expression that an expression stands for: a name is followed to
        the one assignment of it.
        """
        for _ in range(DEEPEST):
            if not isinstance(node, ast.Name | ast.Attribute):
                return (module, node) if isinstance(node, ast.expr) else None
            found = self.found(module, node)
            if found is None or not isinstance(found[1], ast.Assign | ast.AnnAssign):
                return None
            module, statement = found
            value = getattr(statement, "value", None)
            if value is None:
                return None
            node = value
        return None


def dotted(node: ast.AST) -> str | None:
    """Return `a.b.c` for the syntax tree of it, or None for anything else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])


def top_statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield what is executed when a module is imported, in the order of the text: also
    what stands under if, try, with and for.
    """
    for statement in body:
        yield statement
        for name in ("body", "handlers", "orelse", "finalbody", "cases"):
            if isinstance(statement, Function | ast.ClassDef):
                break
            for inner in getattr(statement, name, []):
                if isinstance(inner, ast.ExceptHandler | ast.match_case):
                    yield from top_statements(inner.body)
                else:
                    yield from top_statements([inner])


def scope_of(module: Module) -> Scope:
    """Return the names of a module."""
    scope = Scope()
    for node in module.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    add_import(scope, alias.asname, alias.name)
                else:
                    first = alias.name.partition(".")[0]
                    add_import(scope, first, first)
        elif isinstance(node, ast.ImportFrom):
            source = imported_from(module, node)
            for alias in node.names:
                if alias.name == "*":
                    scope.stars.append(source)
                else:
                    full = f"{source}.{alias.name}" if source else alias.name
                    add_import(scope, alias.asname or alias.name, full)
    for statement in top_statements(module.tree.body):
        for name in names_bound(statement):
            scope.bound.setdefault(name, []).append(statement)
    return scope


def add_import(scope: Scope, name: str, full: str) -> None:
    """Note an import; of two that differ none is sure."""
    scope.imports[name] = full if scope.imports.get(name, full) == full else None


def imported_from(module: Module, node: ast.ImportFrom) -> str:
    """Return the full name of the module of a `from … import`, also a relative one."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".") if module.name else []
    up = node.level - module.is_package
    package = parts[: len(parts) - up] if up else parts
    return ".".join([*package, *([node.module] if node.module else [])])


def names_bound(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement binds, but for imports."""
    if isinstance(statement, Function | ast.ClassDef):
        yield statement.name
        return
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign | ast.For):
        targets = [statement.target]
    elif isinstance(statement, ast.With):
        targets = [each.optional_vars for each in statement.items if each.optional_vars]
    for target in targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
