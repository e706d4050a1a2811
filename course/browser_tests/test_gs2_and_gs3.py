"""The pages of stages 2 and 3, which offer the same endpoints."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from course.browser_tests.page import OpenPage, connect, entries
from course.environment import ROOT
from course.serving import serve
from course.stages import find, load

CLOSED = re.compile("closed with code 1000")


@pytest.fixture(scope="module", params=[(2, "/ws/sc/"), (3, "/ws/ac/")], ids=str)
def stage(request: pytest.FixtureRequest) -> tuple[int, str]:
    """Each stage's number, and the path that its endpoints begin with."""
    number, prefix = request.param
    return number, prefix


@pytest.fixture(scope="module")
def address(stage: tuple[int, str]) -> Iterator[str]:
    """The address of the stage."""
    with serve(find(load(ROOT), stage[0])) as address:
        yield address


@pytest.fixture
def prefix(stage: tuple[int, str]) -> str:
    """The path that the stage's endpoints begin with."""
    return stage[1]


def test_the_echo_is_shown(open_page: OpenPage, prefix: str) -> None:
    """What was sent and what came back stand one below the other, with their sizes."""
    page = open_page()
    connect(page, prefix)
    page.keyboard.type("héllo")
    page.keyboard.press("Enter")
    expect(page.locator("#frames .in")).to_have_count(1)
    assert entries(page)[-2:] == ["out 6 B héllo", "in 6 B héllo"]


def test_the_countdown_is_shown(open_page: OpenPage, prefix: str) -> None:
    """The numbers appear, and then the close code of the server."""
    page = open_page()
    connect(page, f"{prefix}countdown/3/")
    expect(page.locator("#frames li").last).to_have_text(CLOSED)
    assert [line.split()[-1] for line in entries(page)[2:-1]] == ["3", "2", "1", "0"]


def test_the_subprotocol_and_the_code_are_shown(
    open_page: OpenPage, prefix: str
) -> None:
    """The subprotocol that was chosen is named, and bye closes with 4123."""
    page = open_page()
    connect(page, f"{prefix}text/")
    assert entries(page)[-1] == "event open echo.v1"
    page.keyboard.type("bye")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_have_text("closed")
    assert entries(page)[-1] == "event closed with code 4123"


def test_the_calculator_has_an_example(open_page: OpenPage, prefix: str) -> None:
    """A request to try is filled in; Enter sends it, and the result comes back."""
    page = open_page()
    connect(page, f"{prefix}json/")
    page.keyboard.press("Enter")
    expect(page.locator("#frames .in")).to_contain_text('{"result": 6}')
    page.keyboard.type("nonsense")
    page.keyboard.press("Enter")
    expect(page.locator("#frames .in").last).to_contain_text('{"error": ')


def test_the_scope_shows_no_values(open_page: OpenPage, prefix: str) -> None:
    """The scope is one frame; it names the headers of this browser."""
    page = open_page()
    connect(page, f"{prefix}scope/")
    expect(page.locator("#frames .in")).to_contain_text('"user-agent"')
    assert "Chrome" not in entries(page)[-1]
