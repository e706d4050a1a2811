"""Many pages at once, and a probe that asks whether the process works."""

import asyncio
import contextlib
import http.client
import importlib.util
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from accounts import log_in
from django.db import connection, connections
from django.http import HttpResponse
from django.test import AsyncRequestFactory
from django.utils.module_loading import import_string
from processes import START_TIMEOUT, TIMEOUT
from projects import write_settings
from storage import models

AT_ONCE = 20
PAGES = 60
CLOSED = {"DEBUG": "False", "ALLOWED_HOSTS": '["chat.example"]'}
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


@pytest.fixture
def handler(settings):
    """Handle requests by our own middleware, around a view of the test's."""
    assert importlib.util.find_spec("chat.middleware"), "nothing bounds the pages"
    ours = [name for name in settings.MIDDLEWARE if name.startswith("chat.")]

    def wrap(view):
        for name in reversed(ours):
            view = import_string(name)(view)
        return lambda path: view(AsyncRequestFactory().get(path))

    return wrap


async def test_a_process_handles_some_requests_at_once(handler):
    """Twenty; the others wait, and all are answered. The probe waits for none."""
    running, most, go = set(), [], asyncio.Event()

    async def view(request):
        running.add(request)
        most.append(len(running))
        await go.wait()
        running.remove(request)
        return HttpResponse("a page")

    ask = handler(view)
    pages = [asyncio.create_task(ask("/")) for _ in range(PAGES)]
    async with asyncio.timeout(TIMEOUT):
        while len(running) < AT_ONCE:
            await asyncio.sleep(0)
        assert (await ask("/health/")).content == b"ok\n"
        go.set()
        assert len(await asyncio.gather(*pages)) == PAGES
    assert max(most) == AT_ONCE


async def test_who_fails_or_goes_makes_room_for_others(handler):
    """A view that raises, and a client that does not wait for the answer."""
    go = asyncio.Event()

    async def view(request):
        await go.wait()
        raise RuntimeError("a mistake")

    ask = handler(view)
    pages = [asyncio.create_task(ask("/")) for _ in range(PAGES)]
    await asyncio.sleep(0)
    for page in pages[: AT_ONCE + 5]:
        page.cancel()
    go.set()
    async with asyncio.timeout(TIMEOUT):
        ends = await asyncio.gather(*pages, return_exceptions=True)
    kinds = [type(end) for end in ends]
    assert kinds.count(RuntimeError) == PAGES - AT_ONCE - 5


def status(server, path, host=None, session_key=""):
    """Return the status of an answer over HTTP."""
    name, port = server.address.split(":")
    asking = http.client.HTTPConnection(name, int(port), timeout=START_TIMEOUT)
    with contextlib.closing(asking):
        headers = {"Host": host or server.address, "Cookie": f"sessionid={session_key}"}
        asking.request("GET", path, headers=headers)
        return asking.getresponse().status


def test_a_probe_needs_no_host_and_no_login(start_server, tmp_path):
    """It asks by an address, and is answered at once, with a slash or without. To
    everybody else that is no host of ours.
    """
    models()
    text = "\n".join(f"{key} = {value}" for key, value in CLOSED.items())
    server = start_server("uvicorn", **write_settings(tmp_path, text))
    paths = ["/health/", "/health", "/"]
    assert [status(server, path, "10.1.2.3") for path in paths] == [200, 200, 400]
    assert status(server, "/", "chat.example") == 302


@pytest.mark.parametrize("name", ["daphne", "uvicorn"])
@pytest.mark.parametrize("only", ["postgresql"])  # SQLite accepts any number
def test_many_pages_leave_connections_for_others(keep, name, only):
    """PostgreSQL accepts a hundred. Sixty pages at once are all answered, with at most
    twenty connections, and when they are, none is left but that of the consumers.
    """
    models()
    assert connection.vendor == only
    server, session_key = keep(name), log_in("alice")
    counts, over = [], threading.Event()

    def count():
        with connection.cursor() as cursor:
            return cursor.execute(CONNECTIONS).fetchone()[0]

    def watch():
        while not over.wait(0.001):
            counts.append(count())
        connections.close_all()

    with server.enter("bob"):
        before = count()
        watcher = threading.Thread(target=watch)
        watcher.start()
        with ThreadPoolExecutor(PAGES) as pool:
            asking = [
                pool.submit(status, server, "/chat/red/", session_key=session_key)
                for _ in range(PAGES)
            ]
            assert {answer.result() for answer in asking} == {200}
        end = time.monotonic() + TIMEOUT
        while count() > before + 1:  # the watcher's
            assert time.monotonic() < end
        over.set()
        watcher.join()
    assert 1 < max(counts) - before - 1 <= AT_ONCE
