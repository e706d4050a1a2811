"""The demo with accounts: a database of its own, and users who can log in."""

import re
import sys
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor

import pytest

from course.database import PASSWORD
from course.demo import transcript_path
from course.environment import ROOT
from course.stages import find, load
from course.tests.direct import direct_opener

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are not on Windows", allow_module_level=True)

from course.tests.terminal import terminal

DEMO = ["demo", "5", "--port", "0", "--auto"]
ACCOUNTS = f"Users: alice, bob, carol. Password: {PASSWORD}\n"
UP = "Ctrl-C ends it"
PAGES = re.compile(r"http://127\.0\.0\.1:(\d+)/")
LEARNERS = ROOT / "gs5_auth" / "db.sqlite3"

pytestmark = pytest.mark.usefixtures("valkey")  # where there can be none: skipped


def bytes_of_the_learners() -> bytes | None:
    """Return what is in the learner's own database, None if there is none."""
    return LEARNERS.read_bytes() if LEARNERS.exists() else None


def test_a_visitor_can_log_in() -> None:
    """Users and password are said, they are good on both servers, no line is broken,
    and the learner's own database is as it was."""
    before = bytes_of_the_learners()
    with terminal(DEMO, ROOT, 100) as screen:
        for moment in ("\n1. ", "\n6. ", UP):
            text = screen.read_until(moment)
        assert text.index(ACCOUNTS) < text.index("\n1. ") < text.rindex(ACCOUNTS)
        assert max(map(len, text.splitlines())) <= 100
        for port in PAGES.findall(text):
            jar = CookieJar()
            browser = direct_opener(HTTPCookieProcessor(jar))
            page = f"http://127.0.0.1:{port}/accounts/login/"
            with browser.open(page, timeout=10):
                token = {cookie.name: cookie.value for cookie in jar}["csrftoken"]
            form = {"username": "bob", "password": PASSWORD}
            form["csrfmiddlewaretoken"] = str(token)
            with browser.open(page, urlencode(form).encode(), timeout=10) as answer:
                assert answer.url == f"http://127.0.0.1:{port}/"
        screen.type("\x03")
        assert screen.wait() == 0
    assert bytes_of_the_learners() == before


def test_no_secret_is_shown() -> None:
    """Neither a cookie nor a ticket is in a row of the transcript, which is what every
    playing of the story shows.
    """
    transcript = transcript_path(find(load(ROOT), 5)).read_text(encoding="utf-8")
    assert "connect ?ticket=… " in transcript
    assert not re.search(r"sessionid|csrf|[A-Za-z0-9]{30}", transcript)
