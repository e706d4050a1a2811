"""What a server does for several connections at once, and for none of them alone."""

import functools
import inspect
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from course.wire.asgi import current


def of_nobody(path: str) -> None:
    """Have what a function of the stage does be nobody's, whoever has called it.

    A task is in the context of the handler that began it, also if it goes on to work
    for other connections: its rows would be called after the one that came first.

    Args:
        path: Where the function or method is, such as "chat.store.Writer.write". Only
            who looks it up there gets the new one.
    """
    place, _, name = path.rpartition(".")
    owner: Any = pkgutil.resolve_name(place)
    original: Any = getattr(owner, name)

    @functools.wraps(original)
    async def in_a_task(*args: Any, **kwargs: Any) -> Any:
        with nobody():
            return await original(*args, **kwargs)

    @functools.wraps(original)
    def in_a_thread(*args: Any, **kwargs: Any) -> Any:
        with nobody():
            return original(*args, **kwargs)

    is_async = inspect.iscoroutinefunction(original)
    setattr(owner, name, in_a_task if is_async else in_a_thread)


@contextmanager
def nobody() -> Iterator[None]:
    """Do things that no connection does, in a with statement."""
    token = current.set(None)
    try:
        yield
    finally:
        current.reset(token)
