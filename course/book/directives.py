"""What the notes may quote: the functions of their cog directives.

Each returns Markdown for the page that it stands on.
"""

import difflib
import os
import re
from pathlib import Path

from course import bench
from course.book import compare
from course.book.breaks import find_break
from course.book.catalogue import Test, find_test, tests_in
from course.book.plans import plan
from course.book.regions import next_line, region
from course.demo import transcript_path
from course.difference import changed_lines, differences
from course.stages import Stage, find

LANGUAGES = {".py": "python", ".js": "javascript", ".html": "html", ".css": "css"}
LANGUAGES |= {".ini": "ini", ".toml": "toml", ".json": "json", ".conf": "nginx"}


class Directives:
    """The functions, for one page.

    Args:
        root: The repository.
        stages: Its stages.
        page: The Markdown file.
    """

    NAMES = ["quote", "wrong", "wire", "tests", "broken", "measured"]
    NAMES += ["servers", "chapters", "stages", "steps", "plan"]

    def __init__(self, root: Path, stages: list[Stage], page: Path) -> None:
        self.root = root
        self.course = stages
        self.page = page

    def link(self, path: str, text: str = "") -> str:
        """Return a link from the page to a file of the repository."""
        target = os.path.relpath(self.root / path, self.page.parent)
        return f"[{text or f'`{path}`'}]({target.replace(os.sep, '/')})"

    def quote(self, path: str, first: str = "", last: str = "") -> str:
        """Return a file, or a part of it: see course.book.regions.region."""
        text = region(self.root / path, first, last)
        language = LANGUAGES.get(Path(path).suffix, "text")
        return f"{self.link(path)}:\n\n{fenced(text, language)}"

    def wrong(self, path: str, name: str, test: str) -> str:
        """Return code that is wrong on purpose, and the test that shows it."""
        shown = find_test(self.root, test)
        caption = f"Wrong on purpose, as `{shown.name}` shows ({self.link(path)}):"
        return f"{caption}\n\n{fenced(region(self.root / path, name), 'python')}"

    def wire(self, number: int, first: str = "", last: str = "") -> str:
        """Return a part of a stage's transcript.

        Args:
            number: The stage.
            first: How the part's first line begins; "" for the first line of all.
            last: How the line after the part begins; "" if nothing comes after it.
        """
        path = transcript_path(find(self.course, number))
        lines = path.read_text(encoding="utf-8").splitlines()
        start = next_line(path, lines, first, 0) if first else 0
        end = next_line(path, lines, last, start + 1) if last else len(lines)
        where = path.relative_to(self.root).as_posix()
        block = fenced("\n".join(lines[start:end]), "text")
        return f"From {self.link(where)}:\n\n{block}"

    def steps(self, number: int) -> str:
        """Return the steps of a stage's story, as its transcript has them."""
        text = transcript_path(find(self.course, number)).read_text(encoding="utf-8")
        return "\n".join(re.findall(r"^\d+\. .+$", text, re.MULTILINE))

    def tests(self, *names: str) -> str:
        """Return a list of tests: what each says, and where it stands."""
        return "\n".join(self.said(find_test(self.root, name)) for name in names)

    def said(self, test: Test) -> str:
        """Return a test as an item of a list."""
        return f"- {self.link(test.path, f'`{test.name}`')}: {test.says}"

    def broken(self, name: str) -> str:
        """Return a break: the change, and the tests that fail with it."""
        each = find_break(self.course, name)
        path = f"{each.stage.name}/{each.file}"
        before = (self.root / path).read_text(encoding="utf-8")
        lines = difflib.unified_diff(
            before.splitlines(), each.apply(before).splitlines(), lineterm="", n=2
        )
        changes = [line for line in list(lines)[2:] if not line.startswith("@@")]
        block = fenced("\n".join(changes), "diff")
        failing = self.tests(*(f"{each.stage.name}/{test}" for test in each.fails))
        notice = "this one notices" if len(each.fails) == 1 else "these notice"
        said = f"In {self.link(path)}:\n\n{block}\n\nAmong its tests {notice}"
        return f"{said}:\n\n{failing}"

    def measured(self, name: str) -> str:
        """Return a benchmark's table, plot, date and machine."""
        return bench.table(self.root, name, self.page.parent)

    def servers(self) -> str:
        """Return the table of what Daphne and uvicorn do."""
        return compare.table(self.root)

    def chapters(self) -> str:
        """Return the table of chapters."""
        lines = ["| chapter | idea | minutes |", "|---|---|---:|"]
        for stage in self.course:
            chapter = self.link(
                f"notes/{stage.name}.md", f"{stage.number}. {stage.name}"
            )
            lines.append(f"| {chapter} | {stage.concept} | {stage.minutes} |")
        return "\n".join(lines)

    def plan(self, name: str) -> str:
        """Return a plan for an instructor: half-day or two-day."""
        return plan(self.course, name)

    def stages(self) -> str:
        """Return the table of stages."""
        lines = [
            "| stage | idea | minutes | changed lines of code | test functions |",
            "|---|---|---:|---:|---:|",
        ]
        for stage in self.course:
            step = changed_lines(differences(stage))["Python"]
            name = self.link(f"{stage.name}/README.md", f"`{stage.name}`")
            chapter = self.link(f"notes/{stage.name}.md", stage.concept)
            tests = len(tests_in(self.root, f"{stage.name}/"))
            cells = (name, chapter, stage.minutes, step or "–", tests)
            lines.append(f"| {' | '.join(map(str, cells))} |")
        return "\n".join(lines)


def fenced(text: str, language: str) -> str:
    """Return a text as a block of code."""
    fence = "```"
    while fence in text:
        fence += "`"
    text = text.strip("\n")
    return f"{fence}{language}\n{text}\n{fence}"
