"""A real browser, and a real server for each stage."""

import contextlib
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from course.chromium import chromium
from course.environment import ROOT
from course.serving import serve
from course.stages import find, load


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of the stage that the test module names in its STAGE."""
    with serve(find(load(ROOT), request.module.STAGE)) as address:
        yield address


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open the stage's page, in a fresh profile; what goes wrong in it is a failure."""
    problems: list[str] = []
    with contextlib.ExitStack() as stack:

        def open_it(**options: object) -> Page:
            context = browser.new_context(**options)  # type: ignore[arg-type]
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(10_000)  # milliseconds
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.goto(address)
            return page

        yield open_it
    assert not problems
