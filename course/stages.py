"""The manifest stages.toml: which stages there are and how each differs."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from course.errors import CourseError

BASE_PORT = 8000  # the demo of stage N listens on this and N
DEFAULT_CAP = 80  # changed lines
INHERITED = ("for_tests", "costly", "once")  # by what is built on a stage


@dataclass(frozen=True)
class Stage:
    """One stage, as stages.toml states it.

    Attributes:
        number: Its place in the course, from 1.
        root: The repository.
        before: The stage it is built on, None for the first.
        changed, new, removed: Paths relative to the stage's folder.
        cap: Most changed lines of Python app code from the stage before.
        why: The reason for a cap above the default.
        twin: The name of the stage with the same tests, or "".
        retired: Reason by test, for tests of the stage before that are gone.
        for_tests: Requirements of its tests beside pytest's, and of the stages before.
        costly: Test files, also of the stages before, that are not run a second time in
            an environment of the stage's own.
        once: Test files, also of the stages before, of code that later stages have
            unchanged: with the tests of all stages, the first stage runs them for all.
        apart: Test files that are run beside the others of the stage, and not after.
    """

    number: int
    root: Path
    name: str
    concept: str
    minutes: int
    before: "Stage | None" = None
    changed: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    cap: int = DEFAULT_CAP
    why: str = ""
    twin: str = ""
    retired: dict[str, str] = field(default_factory=dict)
    for_tests: tuple[str, ...] = ()
    costly: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The stage's folder."""
        return self.root / self.name

    def files(self) -> list[str]:
        """Return the stage's own files, relative to its folder, without what was made
        by running it (byte code, caches, databases)."""
        found = (path for path in self.path.rglob("*") if not path.is_dir())
        names = sorted(path.relative_to(self.path).as_posix() for path in found)
        return [name for name in names if not is_generated(name)]


def is_generated(name: str) -> bool:
    """Return whether a file is a by-product of running a stage."""
    parts = name.split("/")
    caches = ("__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache", ".venv")
    return ".sqlite3" in parts[-1] or any(part in caches for part in parts)


def load(root: Path) -> list[Stage]:
    """Return the stages in order.

    Args:
        root: The repository.

    Raises:
        CourseError: stages.toml cannot be read or states something it does not know.
    """
    manifest = root / "course" / "stages.toml"
    try:
        tables = tomllib.loads(manifest.read_text(encoding="utf-8")).get("stage", [])
        stages: list[Stage] = []
        for number, table in enumerate(tables, 1):
            before = stages[-1] if stages else None
            for key in ("changed", "new", "removed", "apart", *INHERITED):
                table[key] = tuple(table.get(key, ()))
                if before is not None and key in INHERITED:
                    table[key] = getattr(before, key) + table[key]
            stages.append(Stage(number=number, root=root, before=before, **table))
    except (OSError, TypeError, ValueError) as error:
        raise CourseError(f"course/stages.toml cannot be used: {error}.") from error
    if not stages:
        raise CourseError("course/stages.toml names no stage: add a [[stage]] table.")
    return stages


def find(stages: list[Stage], number: int | str) -> Stage:
    """Return the stage with that number.

    Raises:
        CourseError: There is none.
    """
    for stage in stages:
        if stage.number == number:
            return stage
    known = ", ".join(f"{stage.number} ({stage.name})" for stage in stages)
    raise CourseError(f"There is no stage {number}. There are: {known}.")
