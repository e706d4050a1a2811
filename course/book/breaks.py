"""Small changes that break a stage on purpose: course/book/breaks/."""

import tomllib
from dataclasses import dataclass

from course.errors import CourseError
from course.stages import Stage

KEYS = {"name", "file", "old", "new", "fails"}


@dataclass(frozen=True)
class Break:
    """A change to one file of a stage, and the tests that then fail.

    Attributes:
        stage: The stage.
        name: What the notes call it.
        file: The file, relative to the stage's folder.
        old: The text that is replaced; it stands there once.
        new: What is written instead.
        fails: Tests of the stage, such as "tests/test_page.py::test_it".
    """

    stage: Stage
    name: str
    file: str
    old: str
    new: str
    fails: tuple[str, ...]

    def apply(self, text: str) -> str:
        """Return the file's text with the change.

        Raises:
            CourseError: The text that is to be replaced does not stand there once.
        """
        count = text.count(self.old)
        if count != 1:
            where = f"{self.stage.name}/{self.file}"
            raise CourseError(
                f"{self.name}: its old text stands {count} times in {where}"
            )
        return text.replace(self.old, self.new)


def breaks_of(stage: Stage) -> list[Break]:
    """Return a stage's breaks.

    Raises:
        CourseError: One of them lacks a key, or has one that is not known.
    """
    path = stage.root / "course" / "book" / "breaks" / f"gs{stage.number}.toml"
    if not path.is_file():
        return []
    found = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("break", []):
        if set(entry) != KEYS or not entry["fails"]:
            raise CourseError(
                f"{path.name}: a break has {', '.join(sorted(KEYS))}, and at least one "
                f"test that fails: {entry.get('name', entry)}"
            )
        found.append(Break(stage, **{**entry, "fails": tuple(entry["fails"])}))
    return found


def find_break(stages: list[Stage], name: str) -> Break:
    """Return the break of a name.

    Raises:
        CourseError: There is none.
    """
    for stage in stages:
        for each in breaks_of(stage):
            if each.name == name:
                return each
    raise CourseError(f"there is no break {name!r} in course/book/breaks/")
