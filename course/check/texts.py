"""Rules about the README and the notes."""

import contextlib
import io
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from course.check.copies import test_names
from course.check.course import Course, Problem
from course.check.needs import test_packages
from course.cli import build_parser
from course.difference import differences, is_code
from course.stages import Stage

LONGEST_README = 150  # lines
BEGIN = "<!-- stages: made from course/stages.toml by python -m course check --fix -->"
END = "<!-- /stages -->"
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
CODE = re.compile(r"`([^`\n]+)`|^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
WORDS = re.compile(
    r"(?:python|py|python3|make|daphne|uvicorn|pytest|pip|apt-get|cd|git)\s"
)
VARIABLES = re.compile(r"^(?:[A-Z_]+=\S*\s+)+")  # set for the command behind them

# What a reader is told to type besides make and python -m course, and what runs it.
RUN_BY = {
    r"python manage\.py check": "the rule django",
    r"python manage\.py createsuperuser": "the stages' tests",
    r"python manage\.py migrate": "the demos and the stages' tests",
    r"python manage\.py runserver(?: \d+)?": "the stages' tests",
    r'python manage\.py (?:shell|announce "[^"]+")': "the stages' tests",
    r"(?:python -m )?daphne config\.asgi:application": "the stages' tests",
    r"(?:python -m )?uvicorn config\.asgi:application": "the stages' tests",
    r"(?:python -m )?pytest": "make test",
    r"python -m pip install -r requirements\.txt": "the rule standalone",
    r'python -m pip install "uvicorn\[standard\]"': "make setup",
    r"apt-get install (?:chromium|python3-venv)": ".ci/run",
    r"cd \w+": "nothing to run",
}


def readme(course: Course) -> Iterator[Problem]:
    """README.md has at most 150 lines, and the table of stages that is made for it."""
    path = course.root / "README.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if text.count("\n") > LONGEST_README:
        yield Problem("README.md", "it has more than 150 lines", "move some to notes/")
    if table_in(text) != table(course):
        yield Problem(
            "README.md",
            "its table of stages is not up to date",
            "make check ARGS=--fix",
        )
    for stage in course.stages:
        where = f"{stage.name}/README.md"
        path = stage.path / "README.md"
        if not path.is_file():
            yield Problem(where, "it is missing", "write one page: run, see, test")


def table(course: Course) -> str:
    """Return the table of stages in Markdown."""
    lines = [
        "| stage | idea | minutes | changed lines of code | test functions |",
        "|---|---|---:|---:|---:|",
    ]
    for stage in course.stages:
        step = sum(each.changed for each in differences(stage) if is_code(each.name))
        tests = len(test_names(stage))
        name = f"[`{stage.name}`]({stage.name}/README.md)"
        cells = (name, stage.concept, stage.minutes, step or "–", tests)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def table_in(text: str) -> str | None:
    """Return the table between the marks, or None without the marks."""
    if BEGIN not in text or END not in text:
        return None
    return text.split(BEGIN)[1].split(END)[0].strip()


def fix(course: Course) -> None:
    """Rewrite the table of stages in README.md."""
    path = course.root / "README.md"
    text = path.read_text(encoding="utf-8")
    if table_in(text) is not None:
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        text = f"{before}{BEGIN}\n{table(course)}\n{END}{after}"
        path.write_text(text, encoding="utf-8")


def pages(course: Course) -> Iterator[tuple[str, Path]]:
    """Yield the Markdown files of the repository by name."""
    folders = [course.root / "notes", *(stage.path for stage in course.stages)]
    found = [course.root / "README.md"]
    for folder in folders:
        found += sorted(folder.rglob("*.md"))
    for path in found:
        if path.is_file():
            yield path.relative_to(course.root).as_posix(), path


def commands(course: Course) -> Iterator[Problem]:
    """Every command a reader is told to type exists, and CI runs it."""
    for where, path in pages(course):
        own = [stage for stage in course.stages if stage.path in path.parents]
        known = run_by(own or course.stages)
        for match in CODE.finditer(path.read_text(encoding="utf-8")):
            for line in (match[1] or match[2]).splitlines():
                command = re.split(r"\s+#", line.strip())[0].strip()
                bare = VARIABLES.sub("", command)
                if WORDS.match(bare) and not is_run(course, bare, known):
                    yield Problem(
                        where,
                        f"it tells to type {command!r}, which does not exist or is "
                        "not known to be run",
                        "correct it, or add it and what runs it to RUN_BY in "
                        "course/check/texts.py",
                    )


def run_by(stages: list[Stage]) -> dict[str, str]:
    """Return RUN_BY, and with it how to install what the tests of stages need."""
    known = dict(RUN_BY)
    for stage in stages:
        packages = " ".join(each.name for each in test_packages(stage))
        command = f"python -m pip install -r requirements.txt {packages}"
        known[re.escape(command)] = "the rule standalone"
    return known


def is_run(course: Course, command: str, known: Iterable[str]) -> bool:
    """Return whether a command exists and is run by CI.

    Args:
        course: The course.
        command: The command, without variables before it.
        known: Patterns of commands that are neither make nor python -m course.
    """
    words = shlex.split(command)
    if words[0] == "make":
        return all(is_target(course, word) for word in words[1:] if "=" not in word)
    if words[1:3] == ["-m", "course"]:
        shown = [
            word.replace("N", "1") for word in words[3:] if word not in ("[N]", "…")
        ]
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                build_parser().parse_args(shown)
        except SystemExit:
            return False
        return True
    return any(re.fullmatch(pattern, command) for pattern in known)


def is_target(course: Course, target: str) -> bool:
    """Return whether the Makefile has a target, for a stage that exists."""
    path = course.root / "Makefile"
    targets = re.findall(r"^([a-zA-Z%-]+):", path.read_text("utf-8"), re.MULTILINE)
    if target in targets:
        return True
    name, _, number = target.rpartition("-")
    known = {"N", *(str(stage.number) for stage in course.stages)}
    return f"{name}-%" in targets and number in known


def links(course: Course) -> Iterator[Problem]:
    """Every link and picture in the README and the notes leads to a file."""
    for where, path in pages(course):
        for match in LINK.finditer(path.read_text(encoding="utf-8")):
            target = (match[1] or match[2]).split("#")[0]
            if target and ":" not in target and not (path.parent / target).exists():
                yield Problem(where, f"its link to {target} leads nowhere", "mend it")
