"""A real browser, and a real server for each stage."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

from course.browser_tests.login import Members, serve_members
from course.chromium import chromium
from course.environment import ROOT
from course.serving import serve
from course.stages import find, load

PATIENCE = 10_000  # milliseconds
WITH_ACCOUNTS = 5  # the first stage that has them


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    expect.set_options(timeout=PATIENCE)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of the stage that the test module names in its STAGE. From stage 5 on
    it is the members' server, which keeps its address when it is started again.
    """
    if request.module.STAGE >= WITH_ACCOUNTS:
        members: Members = request.getfixturevalue("members")
        yield members.server.address
        return
    with serve(find(load(ROOT), request.module.STAGE)) as address:
        yield address


@pytest.fixture(scope="session")
def serve_once(browser: Browser) -> Iterator[Callable[[int], Members]]:
    """Serve a stage to its members, once for all modules. It is given by its number."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def start(number: int) -> Members:
            return stack.enter_context(serve_members(browser, find(load(ROOT), number)))

        yield start


@pytest.fixture(scope="module")
def members(
    request: pytest.FixtureRequest, serve_once: Callable[[int], Members]
) -> Members:
    """Those who have an account at the stage that the test module names."""
    return serve_once(request.module.STAGE)


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the stage, in a fresh profile; what goes wrong in it is a failure.

    Its path is the first argument; without, it is the stage's first page.
    """
    problems: list[str] = []
    with contextlib.ExitStack() as stack:

        def open_it(path: str = "", **options: object) -> Page:
            context = browser.new_context(**options)  # type: ignore[arg-type]
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE)
            context.on("weberror", lambda error: problems.append(str(error.error)))
            page = context.new_page()
            page.goto(urljoin(address, path))
            return page

        yield open_it
    assert not problems
