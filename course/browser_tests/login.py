"""What the browser tests do with accounts."""

import asyncio
import contextlib
import copy
import sqlite3
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Browser, Page, StorageState, expect

from course.browser_tests.chat import enter, say
from course.browser_tests.page import OpenPage
from course.database import PASSWORD, Database
from course.serving import PageServer
from course.stages import Stage

LOG_IN = "accounts/login/"
SESSION = "sessionid"  # the cookie
COPY = """
    INSERT INTO django_session SELECT ?, session_data, expire_date
    FROM django_session WHERE session_key = ?
"""


class Members:
    """Those who have an account: each comes in a browser that has logged in.

    Args:
        browser: The program.
        server: The stage's server.
        path: Its database, an SQLite file.
    """

    def __init__(self, browser: Browser, server: PageServer, path: Path) -> None:
        self.browser = browser
        self.server = server
        self.path = path
        self.states: dict[str, StorageState] = {}

    def state(self, name: str) -> StorageState:
        """Return what such a browser has stored, with a session of its own.

        A password is checked once for each member, which takes its time; the other
        sessions are copies: what a session says does not hold its key.
        """
        if name not in self.states:
            with contextlib.closing(self.browser.new_context()) as context:
                page = context.new_page()
                page.goto(self.server.address)
                log_in(page, name)
                expect(page).to_have_url(self.server.address)
                self.states[name] = context.storage_state()
        state = copy.deepcopy(self.states[name])
        for cookie in state["cookies"]:
            if cookie["name"] == SESSION:
                key = uuid.uuid4().hex
                self.execute(COPY, key, cookie["value"])
                cookie["value"] = key
        return state

    def enter(self, open_page: OpenPage, room: str, name: str) -> Page:
        """Open a room's page in a browser of a member's, and wait until it is in."""
        return enter(open_page, room, storage_state=self.state(name))

    def end_session(self, page: Page) -> None:
        """Delete a page's session from the database, as `clearsessions` would."""
        cookies = {each["name"]: each["value"] for each in page.context.cookies()}
        delete = "DELETE FROM django_session WHERE session_key = ?"
        assert self.execute(delete, cookies[SESSION]) == 1

    def execute(self, statement: str, *values: str | int) -> int:
        """Change the database, and return the number of rows that were changed."""
        with contextlib.closing(sqlite3.connect(self.path)) as database, database:
            return database.execute(statement, values).rowcount


@contextlib.contextmanager
def serve_members(browser: Browser, stage: Stage) -> Iterator[Members]:
    """Serve a stage on a database with the demos' users, for a with statement."""
    database = Database(stage)
    server = PageServer(stage, database.environment)
    try:
        database.start()
        server.start()
        with ThreadPoolExecutor() as pool:  # in this thread Playwright has its loop
            pool.submit(asyncio.run, database.wait_until_up()).result()
        yield Members(browser, server, database.path)
    finally:
        server.stop()
        database.stop()


def log_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Fill in the login page where the focus is, and press Enter."""
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.insert_text(name)
    page.keyboard.press("Tab")
    say(page, password)


def sign_up(page: Page, name: str, password: str) -> None:
    """Fill in the page for a new account, and press Enter."""
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password:", exact=True).fill(password)
    page.get_by_label("Password confirmation").fill(password)
    page.keyboard.press("Enter")


def expect_login_page(page: Page, address: str, wanted: str) -> None:
    """Wait until a page is the login page, which leads on to the wanted path."""
    expect(page).to_have_url(f"{address}{LOG_IN}?next=/{wanted}")
    expect(page.get_by_label("Password")).to_be_visible()
