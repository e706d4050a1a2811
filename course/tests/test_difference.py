"""The step from one stage to the next, as it is shown."""

import re
from pathlib import Path

import pytest

from course.difference import show, step_of
from course.environment import ROOT
from course.errors import CourseError
from course.stages import Stage, find, load


def step(before: str, after: str) -> list[str]:
    """Return the step between two texts, marked."""
    lines = step_of(before.splitlines(), after.splitlines(), marks=True)
    return [line.plain.strip() for line in lines]


def test_the_step_is_shown(
    two_stages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Changed files are shown line by line, new ones whole; tests are left out."""
    assert show(find(load(two_stages), 2)) == 0
    out = capsys.readouterr().out
    assert "── chat/extra.py is new, 3 lines: read it whole" in out
    assert '+ NAME = "X-New"' in out
    assert '+     response.headers["X-New"] = "yes"' in out
    assert "def index(request)" not in out  # it is as it was
    assert "test_page.py" not in out


def test_the_last_line_counts_by_kind(
    two_stages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python, pages and other files are counted apart."""
    second = two_stages / "gs2_next"
    (second / "chat" / "static" / "chat" / "more.js").write_text("// more\n" * 3)
    (second / "requirements.txt").write_text("Django\n")
    show(find(load(two_stages), 2))
    said = capsys.readouterr().out.splitlines()[-1]
    assert said.startswith("gs1_basic → gs2_next: 12 of Python, 3 of pages, ")
    assert said.endswith(" of other files (changed lines, in 4 files). one thing more")


@pytest.mark.parametrize("stage", load(ROOT)[1:], ids=lambda stage: stage.name)
def test_the_readme_counts_the_same(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first count is the number of changed lines that the README's table has."""
    show(stage)
    last = capsys.readouterr().out.splitlines()[-1]
    counted = last.split(": ")[1].split(" of Python")[0]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (row,) = [line for line in readme.splitlines() if f"| [`{stage.name}`]" in line]
    assert row.split("|")[4].strip() == counted


@pytest.mark.parametrize(("new", "rewritten"), [(6, False), (7, True)])
def test_a_file_that_is_mostly_new_is_shown_whole(
    two_stages: Path, capsys: pytest.CaptureFixture[str], new: int, rewritten: bool
) -> None:
    """Of which more than 60 % is new: old and new lines would be read in turn."""
    for name, lines in (("gs1_basic", "old\n" * 10), ("gs2_next", "new\n" * new)):
        kept = "kept\n" * (10 - new)
        (two_stages / name / "chat" / "views.py").write_text(kept + lines)
    show(find(load(two_stages), 2), ["chat/views.py"])
    out = capsys.readouterr().out
    assert (
        "── chat/views.py is rewritten, 10 lines: read it whole" in out
    ) is rewritten
    assert ("   1   kept\n" in out) is rewritten
    assert ("- old" in out) is not rewritten


@pytest.mark.parametrize(
    "path",
    [
        "chat/extra.py",
        "./chat/extra.py",
        "chat\\extra.py",
        "gs2_next/chat/extra.py",
        "chat/static ./chat/extra.py",
    ],
)
def test_only_the_named_paths_are_shown(
    two_stages: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    """Files and folders, as one writes them; what is as it was there is not shown."""
    show(find(load(two_stages), 2), path.split())
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line.startswith("──")] == [
        "── chat/extra.py is new, 3 lines: read it whole"
    ]
    assert "3 of Python (changed lines, in 1 file)" in out


def test_a_folder_is_all_below_it(
    two_stages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder's files are shown, and tests if the folder is theirs."""
    show(find(load(two_stages), 2), ["chat/", "tests"])
    out = capsys.readouterr().out
    for name in ("chat/extra.py", "chat/views.py", "tests/test_page.py"):
        assert f"── {name}" in out


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("chat/ext", "Neither gs1_basic nor gs2_next has chat/ext. For a list"),
        ("manage.py", "manage.py: the same in gs1_basic and gs2_next."),
    ],
)
def test_a_path_without_a_difference_is_a_sentence(
    two_stages: Path, path: str, said: str
) -> None:
    """A path that is not there, and one where nothing has changed."""
    with pytest.raises(CourseError, match=f"^{said}"):
        show(find(load(two_stages), 2), [path])


def test_tests_are_shown_on_request(
    two_stages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--tests shows the tests too, and counts them apart."""
    assert show(find(load(two_stages), 2), tests=True) == 0
    out = capsys.readouterr().out
    assert "+ def test_the_page_is_new(client):" in out
    assert re.search(r"12 of Python, \d+ of tests and README", out)


def test_a_changed_line_is_shown_once() -> None:
    """A line that gained or lost words is one line, with its number and the words."""
    assert step("a\n    def connect(self):", "a\n    async def connect(self):") == [
        "2 ~     {+async +}def connect(self):"
    ]


def test_lines_that_are_not_alike_are_shown_apart() -> None:
    """A line that was replaced by quite another one is a removed and an added line."""
    assert step("import time", "x = 1") == ["- import time", "1 + x = 1"]


def test_an_added_line_behind_changed_ones_is_added() -> None:
    """Of unequal blocks the lines that match are paired, the rest is added."""
    before = "path('sc/a')\npath('sc/b')"
    after = "path('ac/a')\npath('ac/b')\npath('ac/c')"
    assert step(before, after) == [
        "1 ~ path('[-sc-]{+ac+}/a')",
        "2 ~ path('[-sc-]{+ac+}/b')",
        "3 + path('ac/c')",
    ]


def test_the_first_stage_has_no_step(two_stages: Path) -> None:
    """No step leads to the first stage: one sentence says so."""
    with pytest.raises(CourseError, match="is the first stage"):
        show(find(load(two_stages), 1))
