"""What a story's browser does with an account: cookies, Origin, tickets."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from course.account import Account
from course.browser import Browser
from course.errors import ExpectationFailed
from course.story import Story
from course.wire.events import Event
from course.wire.timeline import Timeline


class Answer:
    """An HTTP answer that sets cookies."""

    def __init__(self, *cookies: str) -> None:
        self.headers = SimpleNamespace(get_all=lambda name, default: cookies)


def test_cookies_are_kept_until_they_are_deleted() -> None:
    """A later value replaces an earlier one; Max-Age=0 deletes."""
    account = Account("alice")
    assert account.header() == {}
    account.keep(cast(Any, Answer("a=1; Path=/", "b=2; HttpOnly; Max-Age=9")))
    account.keep(cast(Any, Answer("a=3; Path=/")))
    assert account.header() == {"Cookie": "a=3; b=2"}
    account.keep(cast(Any, Answer('a=""; Max-Age=0')))
    assert account.header() == {"Cookie": "b=2"}


async def test_nobody_posts_without_having_logged_in() -> None:
    """That a story forgot it is said in a sentence."""
    carol = Browser("carol", cast(Story, SimpleNamespace()))
    with pytest.raises(ExpectationFailed, match="^carol has no csrftoken cookie"):
        await carol.log_out()


async def test_what_a_handshake_carries() -> None:
    """A tab shares its cookies and shows its origin; a ticket stands for both."""
    asked: list[tuple[str, str | None, str | None]] = []
    timeline = Timeline()

    async def refuse(connection: ServerConnection, request: Request) -> Response:
        client = connection.remote_address[1]
        for kind, type in (("up", "websocket.connect"), ("down", "websocket.close")):
            await timeline.report(Event("server", kind, type, 0, client, type))
        headers = request.headers
        asked.append((request.path, headers.get("Origin"), headers.get("Cookie")))
        return connection.respond(403, "")

    async with serve(
        lambda _: asyncio.sleep(0), "127.0.0.1", 0, process_request=refuse
    ) as server:
        port = server.sockets[0].getsockname()[1]
        servers = SimpleNamespace(port_of=lambda number: port)
        stage = SimpleNamespace(servers=servers, timeline=timeline, layer=True)
        story = cast(Story, SimpleNamespace(stage=stage, timeline=timeline))
        alice = Browser("alice", story)
        tab = Browser("tab 2", story, like=alice)
        alice.account.cookies["a"] = "1"
        await tab.expect_refusal("/ws/")
        await tab.expect_refusal("/ws/", origin="http://evil.example")
        await tab.expect_refusal("/ws/", origin=None)
        await tab.expect_refusal("/ws/", ticket="secret")
    assert asked == [
        ("/ws/", f"http://127.0.0.1:{port}", "a=1"),
        ("/ws/", "http://evil.example", "a=1"),
        ("/ws/", None, "a=1"),
        ("/ws/?ticket=secret", None, None),
    ]
    shown = [row.seen for row in timeline.rows if row.up]
    assert shown == [
        "connect /ws/",
        "connect, evil.example",
        "connect, no Origin",
        "connect ?ticket=…",
    ]
