"""Rules about what the stages and the repository depend on."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from course.check.course import Course, Problem
from course.stages import Stage

OWN = {"config", "chat", "manage"}
PART_OF = {  # what a listed package cannot be had without
    "asgiref": "django",
    "msgpack": "channels_redis",
    "redis": "channels_redis",
}
LOADED_BY = {  # what no code names, since DATABASE_URL does
    "binary": "dj_database_url",
    "psycopg": "dj_database_url",
}
FOR_TESTS = ("pytest", "pytest-asyncio", "pytest-django", "websockets")  # every stage's
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)[^\n]*\n((?:    --hash=\S+(?: \\)?\n?)+)", re.M)


def imports(course: Course) -> Iterator[Problem]:
    """A stage imports only its own modules and the packages it may have."""
    distributions = packages_distributions()
    others = {stage.name for stage in course.stages} | {"course"}
    for stage in course.stages:
        listed = names(read_requirements(stage))
        for_tests = listed | names(test_packages(stage))
        own = OWN | {Path(name).stem for name in stage.files() if is_helper(name)}
        for name in stage.files():
            if not name.endswith(".py"):
                continue
            allowed = for_tests if name.startswith("tests/") else listed
            for module, line in imported(stage.path / name):
                where = f"{stage.name}/{name}:{line}"
                if module in others:
                    yield Problem(where, f"it imports {module}", "copy what it needs")
                elif module not in own | set(sys.stdlib_module_names):
                    owners = distributions.get(PART_OF.get(module, module), [module])
                    if not {canonicalize_name(owner) for owner in owners} & allowed:
                        yield Problem(
                            where,
                            f"it imports {module}, which the stage may not need",
                            f"do without, or list it in {stage.name}/requirements.txt",
                        )


def requirements(course: Course) -> Iterator[Problem]:
    """A stage's requirements.txt lists what the stage uses and nothing else."""
    for stage in course.stages:
        where = f"{stage.name}/requirements.txt"
        used = words_used(stage)
        for requirement in read_requirements(stage):
            modules = [requirement.name, *requirement.extras]
            for module in (name.lower().replace("-", "_") for name in modules):
                if not {module, LOADED_BY.get(module)} & used:
                    yield Problem(
                        where, f"the stage does not use {module}", "take it out"
                    )
            if not requirement.specifier:
                yield Problem(
                    where, f"{requirement.name} has no version", "give it one"
                )


def lock(course: Course) -> Iterator[Problem]:
    """requirements.txt pins with hashes what pyproject.toml and the stages ask for."""
    text = (course.root / "requirements.txt").read_text(encoding="utf-8")
    pinned = {match[1]: Version(match[2]) for match in PIN.finditer(text)}
    remedy = "compile requirements.txt anew (the command stands in pyproject.toml)"
    for line in text.splitlines():
        name = re.match(r"([a-z0-9-]+)==", line)
        if name and name[1] not in pinned:
            yield Problem("requirements.txt", f"{name[1]} has no hash", remedy)
    project = tomllib.loads((course.root / "pyproject.toml").read_text("utf-8"))
    wanted = [(Requirement(each), "pyproject.toml") for each in dependencies(project)]
    for stage in course.stages:
        where = f"{stage.name}/requirements.txt"
        wanted += [(each, where) for each in read_requirements(stage)]
        where = f"for_tests of {stage.name}"
        wanted += [(Requirement(each), where) for each in stage.for_tests]
    for requirement, where in wanted:
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None:
            yield Problem(where, f"{requirement.name} is not pinned", remedy)
        elif version not in requirement.specifier:
            yield Problem(
                where, f"{requirement} does not allow the pinned {version}", remedy
            )


def dependencies(project: dict[str, dict[str, list[str]]]) -> list[str]:
    """Return the dependencies that a pyproject.toml states."""
    return project["project"]["dependencies"]


def pins(root: Path) -> list[str]:
    """Return the lock's pins as constraints, such as "django==5.2.19"."""
    text = (root / "requirements.txt").read_text(encoding="utf-8")
    return re.findall(r"^[a-z0-9-]+==[^\\\n]+", text, re.MULTILINE)


def read_requirements(stage: Stage) -> list[Requirement]:
    """Return what a stage's requirements.txt lists."""
    path = stage.path / "requirements.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [Requirement(line) for line in lines if line.split("#")[0].strip()]


def is_helper(name: str) -> bool:
    """Return whether a file of a stage is a module that its tests import."""
    return name.startswith("tests/") and name.endswith(".py")


def test_packages(stage: Stage) -> list[Requirement]:
    """Return what a stage's tests need beside its own requirements."""
    return [Requirement(each) for each in (*FOR_TESTS, *stage.for_tests)]


def names(requirements: list[Requirement]) -> set[str]:
    """Return the names of required packages as the lock writes them."""
    return {canonicalize_name(each.name) for each in requirements}


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the top-level name and the line of each absolute import in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.split(".")[0], node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0], node.lineno


def words_used(stage: Stage) -> set[str]:
    """Return the packages a stage's own code names, in imports and in strings: settings
    name apps, layers and engines by dotted paths."""
    used = set()
    for name in stage.files():
        if name.endswith(".py") and not name.startswith("tests/"):
            path = stage.path / name
            used |= {module for module, _ in imported(path)}
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    used.add(node.value.split(".")[0])
    return used
