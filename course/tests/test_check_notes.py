"""Each rule about the book, broken in a copy of the repository with a small book."""

import shutil
from pathlib import Path

import pytest

from course.book.pages import write
from course.check import RULES
from course.check.course import Course
from course.check.notes import COLLECTIONS, SECTIONS
from course.stages import load
from course.tests.conftest import Broken, change

TEST = "gs1_basic/tests/test_page.py::test_the_page_is_served"
BREAK = """
[[break]]
name = "no-page"
file = "config/urls.py"
old = 'path("'
new = 'path("elsewhere/'
fails = ["tests/test_page.py::test_the_page_is_served"]
"""


@pytest.fixture
def chapter(repository: Path) -> Path:
    """The chapter of a book in which every rule holds."""
    (repository / "README.md").write_text("# Course\n")
    for tests in ("tests", "browser_tests"):  # to be read each time takes its time
        shutil.rmtree(repository / "course" / tests)
    notes = repository / "notes"
    for name, least in COLLECTIONS.items():
        (notes / name).write_text(f"### One\n`{TEST}`\n" * least)
    breaks = repository / "course" / "book" / "breaks"
    for path in breaks.glob("*.toml"):
        path.unlink()
    (breaks / "gs1.toml").write_text(BREAK)
    page = notes / "gs1_basic.md"
    page.write_text(
        "\n\n".join(f"## {section}" for section in SECTIONS)
        + '\n<!-- [[[cog quote("gs1_basic/chat/views.py") ]]] -->\n<!-- [[[end]]] -->\n'
        + f'<!-- [[[cog tests("{TEST}") ]]] -->\n<!-- [[[end]]] -->\n'
        + "```sh\nmake test\n```\n"
    )
    write(repository, load(repository))
    return page


def add(page: Path, text: str) -> None:
    """Write a text at the end of a page."""
    page.write_text(f"{page.read_text()}\n{text}\n")


@pytest.mark.parametrize(
    "rule", ["links", "notes", "blocks", "tests-named", "chapters", "shown"]
)
def test_a_book_in_order_breaks_no_rule(
    repository: Path, chapter: Path, rule: str
) -> None:
    """The positive control of the tests here."""
    course = Course(repository, load(repository))
    assert [str(problem) for problem in RULES[rule](course)] == []


def test_a_stale_quotation_is_named(
    repository: Path, chapter: Path, broken: Broken
) -> None:
    """notes: code that has changed since it was quoted."""
    change(repository / "gs1_basic" / "chat" / "views.py", "request", "question")
    assert "notes/gs1_basic.md: what it quotes" in broken(repository, "notes")


def test_notes_writes_quotations_anew(repository: Path, chapter: Path) -> None:
    """notes: python -m course notes puts the page right, and changes nothing else."""
    before = chapter.read_text()
    change(chapter, "def index", "def another")
    assert write(repository, load(repository)) == [chapter]
    assert chapter.read_text() == before


@pytest.mark.parametrize(
    ("directive", "said"),
    [
        ('quote("gs1_basic/chat/none.py")', "none.py cannot be read"),
        ('quote("gs1_basic/chat/views.py", "none")', "views.py has no 'none'"),
        ('quote("gs1_basic/chat/views.py", "x", "y")', "0 lines of views.py begin"),
        ('tests("test_none")', "there is no test test_none"),
        ('broken("none")', "there is no break 'none'"),
        ('plan("year")', "there is no plan 'year'"),
        ("nonsense()", "name 'nonsense' is not defined"),
        ("quote(", "'(' was never closed"),
        ("", "the directive writes nothing"),
    ],
)
def test_a_directive_that_asks_for_nothing_is_named(
    repository: Path, chapter: Path, broken: Broken, directive: str, said: str
) -> None:
    """notes: page, line and what is missing are said in a sentence."""
    add(chapter, f"<!-- [[[cog {directive} ]]] -->\n<!-- [[[end]]] -->")
    problem = broken(repository, "notes")
    assert "notes/gs1_basic.md, line" in problem
    assert said in problem


def test_typed_code_is_named(repository: Path, chapter: Path, broken: Broken) -> None:
    """blocks: code that was typed into a note, with its line."""
    lines = len(chapter.read_text().splitlines())
    add(chapter, "```python\nx = 1\n```")
    said = broken(repository, "blocks")
    assert f"the block of python in line {lines + 2} was typed" in said


@pytest.mark.parametrize(
    "name", ["test_none", "tests/test_none.py::test_the_page_is_served"]
)
def test_a_test_that_is_not_there_is_named(
    repository: Path, chapter: Path, broken: Broken, name: str
) -> None:
    """tests-named: a test in a code span."""
    add(chapter, f"Shown by `{name}`.")
    assert f"there is no test {name}" in broken(repository, "tests-named")


def test_a_file_that_is_not_there_is_named(
    repository: Path, chapter: Path, broken: Broken
) -> None:
    """tests-named: a file in a code span, of the repository or of a stage."""
    add(chapter, "See `chat/views.py`, `gs1_basic/pytest.ini` and `chat/none.py`.")
    said = broken(repository, "tests-named")
    assert said.count("there is no file") == 1
    assert "there is no file chat/none.py" in said


def test_a_section_out_of_order_is_named(
    repository: Path, chapter: Path, broken: Broken
) -> None:
    """chapters: every chapter has the same sections in the same order."""
    change(chapter, "## Next", "## Then")
    assert "missing: Next" in broken(repository, "chapters")


def test_an_erratum_without_a_test_is_named(
    repository: Path, chapter: Path, broken: Broken
) -> None:
    """shown: nothing is claimed without the test that shows it."""
    add(repository / "notes" / "errata.md", "### Two\nBelieve me.")
    assert "notes/errata.md: 'Two' names no test" in broken(repository, "shown")


def test_too_few_symptoms_are_named(
    repository: Path, chapter: Path, broken: Broken
) -> None:
    """shown: a collection has as many entries as it is to have."""
    (repository / "notes" / "symptoms.md").write_text(f"### One\n`{TEST}`\n")
    assert "notes/symptoms.md: it has 1 entries" in broken(repository, "shown")


def test_a_break_makes_its_tests_fail(repository: Path, chapter: Path) -> None:
    """breaks: the positive control."""
    course = Course(repository, load(repository))
    assert list(RULES["breaks"](course)) == []
    assert course.take_notes() == ["1 breaks"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("elsewhere/", "", "did not fail by an assertion (passed)"),
        ("is_served", "is_none", "did not fail by an assertion (it was not found)"),
        ("old = 'path", "old = 'none", "its old text stands 0 times"),
        ("file =", "files =", "a break has"),
    ],
)
def test_a_break_that_breaks_nothing_is_named(
    repository: Path, chapter: Path, broken: Broken, old: str, new: str, said: str
) -> None:
    """breaks: a change that cannot be made, or that no test notices."""
    folder = repository / "course" / "book" / "breaks"
    change(folder / "gs1.toml", old, new)
    assert said in broken(repository, "breaks")
