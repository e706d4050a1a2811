"""Whichever engine keeps the sessions on the server, cookies and tickets work, and a
logout ends what it should in every process.
"""

import contextlib
import time

import pytest
from accounts import make_user
from browsers import PageBrowser
from projects import WORD, write_settings

LOGIN_OVER = 4401
RED = "/ws/chat/red/"

FILES = """
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": Path(__file__).parent / "cache",
    }
}
"""
WITHOUT_APP = 'INSTALLED_APPS.remove("django.contrib.sessions")\n'
ENGINES = {
    "db": "",
    "cached_db": FILES,
    "cache": FILES,
    "cache, without the app": FILES + WITHOUT_APP,
    "file": "SESSION_FILE_PATH = Path(__file__).parent",
}


@pytest.fixture(params=ENGINES)
def two(request, start_server, redis_url, tmp_path):
    """Two processes that keep their sessions with the same engine, of each in turn."""
    engine = f"django.contrib.sessions.backends.{request.param.split(',')[0]}"
    text = f"SESSION_ENGINE = {engine!r}\n{ENGINES[request.param]}"
    environment = write_settings(tmp_path, text)
    environment |= {"REDIS_URL": redis_url, "REDIS_PREFIX": tmp_path.name}
    servers = [start_server(name, **environment) for name in ("daphne", "uvicorn")]
    yield servers
    for server in servers:
        assert "Traceback" not in server.log


def test_cookies_tickets_and_logouts_work(two):
    """Somebody logs in at one process and opens sockets at both, by cookie and by
    ticket; the logout at one closes all of them within a second, and afterwards neither
    the cookie nor the ticket is of any use.
    """
    one, other = two
    alice = make_user("alice")
    alice.set_password(WORD)
    alice.save()
    browser = PageBrowser(one)
    browser.post("/accounts/login/", username="alice", password=WORD)
    by_ticket = f"{RED}?ticket={browser.ticket()}"
    cookie = {"Cookie": f"sessionid={browser.cookies['sessionid']}"}
    ways = [
        (server, path, headers)
        for server in (one, other)
        for path, headers in (
            (RED, cookie | {"Origin": f"http://{server.address}"}),
            (by_ticket, {}),
        )
    ]
    with contextlib.ExitStack() as stack:
        sockets = []
        for server, path, headers in ways:
            opening = server.connect(path, additional_headers=headers)
            sockets.append(stack.enter_context(opening))
            assert sockets[-1].wait_for(type="welcome")["user"] == "alice"
        browser.post("/accounts/logout/", page="/")
        end = time.monotonic() + 1
        assert [socket.close_code() for socket in sockets] == 4 * [LOGIN_OVER]
        assert time.monotonic() < end
    refused = [server.handshake_status(path, headers) for server, path, headers in ways]
    assert refused == 4 * [403]
    other.wait_for(f"'{RED}': nobody is logged in", count=2)
