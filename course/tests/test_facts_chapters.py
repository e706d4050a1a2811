"""What the first chapters say about consumers and routing: each test is a fact."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from channels.generic.websocket import WebsocketConsumer
from channels.routing import URLRouter
from channels.testing import HttpCommunicator, WebsocketCommunicator
from django.urls import path, re_path
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from course.environment import ROOT
from course.tests.facts_chapters import Counting, Looping

TIMEOUT = 5  # seconds
SILENCE = 0.5  # seconds in which a message would long have come


async def opened(application: Any, where: str = "/") -> WebsocketCommunicator:
    """Return an open connection to an application."""
    client = WebsocketCommunicator(application, where)
    assert (await client.connect(TIMEOUT))[0]
    return client


async def ask(client: WebsocketCommunicator) -> str:
    """Send a text and return the answer."""
    await client.send_to("hello")
    return str(await client.receive_from(TIMEOUT))


async def test_as_asgi_makes_an_instance_for_each_connection() -> None:
    """What a consumer keeps on self belongs to one connection and lasts as long."""
    application = Counting.as_asgi()
    one, other = await opened(application), await opened(application)
    assert [await ask(one), await ask(one), await ask(other)] == ["1", "2", "1"]
    one.stop()
    other.stop()


async def test_a_connection_is_routed_once_and_not_each_message() -> None:
    """URLRouter is called for the connection; its messages do not pass it again."""
    calls = []

    class Watched(URLRouter):  # type: ignore[misc]
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            calls.append(scope["path"])
            await super().__call__(scope, receive, send)

    client = await opened(Watched([path("a/", Counting.as_asgi())]), "/a/")
    assert [await ask(client) for _ in range(3)] == ["1", "2", "3"]
    assert calls == ["/a/"]
    client.stop()


async def test_the_type_of_an_event_names_its_handler() -> None:
    """An event of type my.own is handled by my_own: the dot becomes an underscore."""
    client = await opened(URLRouter([path("", Counting.as_asgi())]))
    await client.send_input({"type": "my.own"})
    assert await client.receive_from(TIMEOUT) == "{}"
    client.stop()


@pytest.mark.parametrize(
    ("route", "kwargs"),
    [
        (path("room/<int:number>/", Counting.as_asgi()), "{'number': 7}"),
        (re_path(r"^room/(?P<number>\d+)/$", Counting.as_asgi()), "{'number': '7'}"),
    ],
    ids=["path", "re_path"],
)
async def test_a_converter_gives_an_int_and_a_regex_a_str(
    route: Any, kwargs: str
) -> None:
    """What stands in the path is in url_route: converted by path, text by re_path."""
    client = await opened(URLRouter([route]), "/room/7/")
    await client.send_input({"type": "my.own"})
    assert await client.receive_from(TIMEOUT) == kwargs
    client.stop()


@pytest.mark.parametrize("order", [1, -1])
async def test_the_first_route_that_matches_wins(order: int) -> None:
    """Routes are tried in order: one that matches everything hides those behind it."""
    routes = [
        path("a/", Counting.as_asgi(), {"route": "the exact one"}),
        re_path("", Counting.as_asgi(), {"route": "for everything"}),
    ][::order]
    client = await opened(URLRouter(routes), "/a/")
    await client.send_input({"type": "my.own"})
    said = await client.receive_from(TIMEOUT)
    assert said == repr({"route": routes[0].default_args["route"]})
    client.stop()


async def test_a_generic_consumer_accepts_by_itself() -> None:
    """A WebsocketConsumer without methods accepts, and ends with its connection."""
    client = await opened(WebsocketConsumer.as_asgi())
    await client.disconnect(timeout=TIMEOUT)
    assert not client.future.cancelled()


async def test_handle_does_not_see_the_client_leave() -> None:
    """While handle() runs, http.disconnect waits: disconnect() runs after it."""
    Looping.ended = asyncio.Event()
    client = HttpCommunicator(Looping.as_asgi(), "GET", "/")
    await client.send_input({"type": "http.request"})
    await client.send_input({"type": "http.disconnect"})
    types = [(await client.receive_output(TIMEOUT))["type"] for _ in range(2)]
    assert types == ["http.response.start", "http.response.body"]
    assert await client.receive_nothing()
    Looping.ended.set()
    assert (await client.receive_output(TIMEOUT))["type"] == "disconnect() ran"


LISTENING = re.compile(r"(?:TCP address |http://)127\.0\.0\.1:(\d+)")


class Server:
    """A server of course/tests/facts_chapters.py."""

    def __init__(self, *command: str) -> None:
        self.name = command[0]
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command, "course.tests.facts_chapters:application"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        match = LISTENING.search(self.said(LISTENING))
        assert match is not None
        self.url = f"ws://127.0.0.1:{match[1]}/"

    def said(self, end: re.Pattern[str]) -> str:
        """Return what the server says until a line of it matches."""
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if end.search(line):
                break
        return said


@pytest.fixture(
    scope="module",
    params=[("daphne", "-p", "0"), ("uvicorn", "--port", "0")],
    ids=["daphne", "uvicorn"],
)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each server in turn."""
    server = Server(*request.param)
    yield server
    server.process.terminate()
    server.process.communicate()


def test_daphne_swallows_the_warnings_of_python(server: Server) -> None:
    """That a coroutine was never awaited is said under uvicorn, not under Daphne."""
    with connect(server.url, proxy=None) as websocket:
        websocket.send("forget")
        assert websocket.recv(timeout=TIMEOUT) == "before"
    warned = "was never awaited" in server.said(re.compile("^forgotten"))
    assert warned == (server.name == "uvicorn")


def test_on_daphne_what_was_sent_waits_for_the_loop(server: Server) -> None:
    """What a handler sends before it blocks is held back with it, on Daphne only."""
    with connect(server.url, proxy=None) as websocket:
        websocket.send("block")
        if server.name == "daphne":
            with pytest.raises(TimeoutError):
                websocket.recv(timeout=SILENCE)
        else:
            assert websocket.recv(timeout=TIMEOUT) == "before"
        assert server.process.stdin is not None
        server.process.stdin.write("go on\n")
        server.process.stdin.flush()
        if server.name == "daphne":
            assert websocket.recv(timeout=TIMEOUT) == "before"


def test_a_str_cannot_be_sent_as_bytes(server: Server) -> None:
    """Text where bytes are due ends the consumer, and with it the connection."""
    with connect(server.url, proxy=None) as websocket:
        websocket.send("mistype")
        with pytest.raises(ConnectionClosedError):
            websocket.recv(timeout=TIMEOUT)
