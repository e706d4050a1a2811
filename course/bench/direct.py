"""The dispatch of stage 4, for consumers that stand here."""

import importlib.util
from typing import Any

from course.environment import ROOT
from course.stages import find, load


def load_direct_dispatch() -> Any:
    """Return a class with the dispatch() of stage 4's ResilientConsumer, and nothing
    else of it.
    """
    path = find(load(ROOT), 4).path / "chat" / "resilience.py"
    spec = importlib.util.spec_from_file_location("resilience", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    of_stage = module.ResilientConsumer
    own = {name: getattr(of_stage, name) for name in ("dispatch", "losses")}
    return type("DirectDispatch", (), own)


DirectDispatch = load_direct_dispatch()
