"""Queries of the ORM in async handlers, outside of any thread."""

import ast
from collections.abc import Iterator

from course.doctor.findings import Finding
from course.doctor.project.consumers import Consumer, assigned, walk_own
from course.doctor.project.names import DEEPEST, Function, Names, dotted
from course.doctor.project.source import Module

# What asks the database at once. filter() and the like ask later, perhaps in a thread.
AT_ONCE = {
    "aggregate", "bulk_create", "bulk_update", "count", "create", "delete", "earliest",
    "exists", "first", "get", "get_or_create", "in_bulk", "last", "latest", "update",
    "update_or_create",
}  # fmt: skip
LATER = {
    "all", "annotate", "defer", "distinct", "exclude", "filter", "none", "only",
    "order_by", "prefetch_related", "reverse", "select_for_update", "select_related",
    "using", "values", "values_list",
}  # fmt: skip
OF_A_ROW = {"delete", "full_clean", "refresh_from_db", "save"}
READERS = {"dict", "len", "list", "set", "sorted", "sum", "tuple"}
MODELS = {
    "django.contrib.auth.models.AbstractBaseUser",
    "django.contrib.auth.models.AbstractUser",
    "django.contrib.auth.models.Group",
    "django.contrib.auth.models.User",
    "django.db.models.Model",
}
ENTRY = "you-cannot-call-this-from-an-async-context"
LATER_ENTRY = "synchronousonlyoperation-from-a-queryset-or-an-attribute"


def check_orm(names: Names, consumer: Consumer) -> Iterator[Finding]:
    """Yield the queries that async handlers of one consumer make themselves."""
    if not consumer.is_async:
        return
    for function in consumer.methods():
        if isinstance(function, ast.AsyncFunctionDef):
            yield from check_function(names, consumer, function)


def check_function(
    names: Names, consumer: Consumer, function: Function
) -> Iterator[Finding]:
    """Yield the queries that one async handler makes itself."""
    module = consumer.module
    async_iterated = {
        node.iter
        for node in walk_own(function)
        if isinstance(node, ast.AsyncFor)
        or (isinstance(node, ast.comprehension) and node.is_async)
    }
    for node in walk_own(function):
        read: ast.expr | None = None  # what is read to its end where it stands
        if isinstance(node, ast.For | ast.comprehension):
            read = node.iter
        elif isinstance(node, ast.Call) and node.args and dotted(node.func) in READERS:
            read = node.args[0]
        if read is not None and read not in async_iterated:
            written = later_query(names, module, read)
            if written:
                yield finding(consumer, function, read, written, LATER_ENTRY)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            method, owner = node.func.attr, node.func.value
            asks = method in AT_ONCE and is_query(names, module, owner)
            if asks or (method in OF_A_ROW and is_row(names, module, function, owner)):
                written = ast.unparse(node.func)
                yield finding(consumer, function, node, written, ENTRY)


def finding(
    consumer: Consumer, function: Function, node: ast.expr, written: str, entry: str
) -> Finding:
    """Return what is wrong with a query."""
    shown = " ".join(written.split())
    place = f"{consumer.module.path}:{node.lineno}"
    name = f"{consumer.name}.{function.name}()"
    if entry == LATER_ENTRY:
        remedy = "loop with async for, or do it all in a function, and await "
    else:
        owner, _, method = shown.rpartition(".")
        remedy = f"await {owner}.a{method}(...), or "
        remedy += "put it into a function and await "
        if method == "full_clean":
            remedy = "put it into a function and await "
    return Finding(
        "SynchronousOnlyOperation: You cannot call this from an async context",
        f"{place}: {name} asks the database itself, by {shown}",
        f"{remedy}database_sync_to_async(function)(...)",
        entry,
    )


def is_query(names: Names, module: Module, node: ast.expr) -> bool:
    """Return whether an expression is certainly Model.objects, or a queryset of it."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr not in LATER:
            return False
        node = node.func.value
    if not isinstance(node, ast.Attribute) or node.attr != "objects":
        return False
    return is_model(names, names.full_name(module, node.value))


def later_query(names: Names, module: Module, node: ast.expr) -> str | None:
    """Return the text of a queryset that is read where it stands, or None."""
    if isinstance(node, ast.Call) and is_query(names, module, node):
        return ast.unparse(node.func)
    return None


def is_model(names: Names, full: str | None, depth: int = 0) -> bool:
    """Return whether a full name is certainly a model's class."""
    if full is None or depth > DEEPEST:
        return False
    if full in MODELS:
        return True
    found = names.definition(full)
    if found is None:
        return False
    module, node = found
    if not isinstance(node, ast.ClassDef):
        return False
    if any(names_objects(statement) for statement in node.body):
        return False  # a manager of its own may do anything
    return any(
        is_model(names, names.full_name(module, base), depth + 1) for base in node.bases
    )


def names_objects(statement: ast.stmt) -> bool:
    """Return whether a statement in a class sets its manager."""
    return isinstance(statement, ast.Assign) and any(
        isinstance(each, ast.Name) and each.id == "objects"
        for each in statement.targets
    )


def is_row(names: Names, module: Module, function: Function, node: ast.expr) -> bool:
    """Return whether a variable is certainly a model's object: all that is assigned to
    it is a call of the class.
    """
    values = assigned(function, node.id) if isinstance(node, ast.Name) else []
    return bool(values) and all(
        isinstance(value, ast.Call)
        and is_model(names, names.full_name(module, value.func))
        for value in values
    )
