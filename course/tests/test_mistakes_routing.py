"""Mistakes on the way to a consumer: routes, protocols, origins."""

from typing import Any

import pytest
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import OriginValidator
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.asgi import ASGIHandler
from django.urls import include, path
from uvicorn import Config
from uvicorn.lifespan.on import LifespanOn

from course.mistakes import consumers
from course.tests.mistakes_help import LATER, LEAVE, Connection, connecting

WELL = consumers.Accepts.as_asgi()


async def end_of(application: Any, where: str = "/", **scope: Any) -> str:
    """Return with what exception an application ends at its handshake."""
    error = await Connection(application, where, **scope).ends(connecting())
    return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("where", ["/ws", "/ws/more/", "/"])
async def test_a_path_without_a_route_raises(where: str) -> None:
    """A missing slash at the end is enough. Both servers make HTTP 500 of it."""
    said = f"ValueError: No route found for path {where[1:]!r}."
    assert said.startswith("ValueError: No route found for path ")
    assert await end_of(URLRouter([path("ws/", WELL)]), where) == said


async def test_a_converter_that_does_not_match_is_no_route() -> None:
    """<int:room> takes digits alone: /ws/red/ has no route."""
    routes = URLRouter([path("ws/<int:room>/", WELL)])
    said = "ValueError: No route found for path 'ws/red/'."
    assert await end_of(routes, "/ws/red/") == said


@pytest.mark.parametrize(
    ("consumer", "said"),
    [
        (consumers.Accepts, "Accepts() takes no arguments"),
        (
            consumers.ForgetsAccept,
            "object ForgetsAccept can't be used in 'await' expression",
        ),
    ],
    ids=["raw", "generic"],
)
async def test_a_route_wants_as_asgi(consumer: Any, said: str) -> None:
    """A class in place of Class.as_asgi() is called with the scope, and that fails."""
    got = await end_of(URLRouter([path("", consumer)]))
    newer = "'ForgetsAccept' object can't be awaited"  # newer Pythons
    assert got in (f"TypeError: {said}", f"TypeError: {newer}")


def test_include_is_for_views() -> None:
    """Routers are nested instead."""
    said = "include() is not supported in URLRouter. Use nested URLRouter instances"
    with pytest.raises(ImproperlyConfigured) as raised:
        URLRouter([path("ws/", include(([], "chat")))])
    assert said in str(raised.value)


async def test_djangos_own_application_takes_no_websocket() -> None:
    """get_asgi_application() alone is what startproject writes into asgi.py."""
    said = "Django can only handle ASGI/HTTP connections, not websocket."
    assert await end_of(ASGIHandler()) == f"ValueError: {said}"


async def test_a_protocol_that_is_not_listed_raises() -> None:
    """ProtocolTypeRouter needs "websocket", and "http" for the pages."""
    said = "ValueError: No application configured for scope type 'websocket'"
    assert await end_of(ProtocolTypeRouter({})) == said
    http = ProtocolTypeRouter({"websocket": WELL})
    said = "ValueError: No application configured for scope type 'http'"
    assert await end_of(http, type="http") == said


async def test_a_consumer_alone_has_no_url_route() -> None:
    """A test that gives a communicator the consumer itself leaves the router out."""
    assert await end_of(consumers.NeedsRoute.as_asgi()) == "KeyError: 'url_route'"
    around = URLRouter([path("ws/<room>/", consumers.NeedsRoute.as_asgi())])
    client = Connection(around, "/ws/red/")
    await client.open()
    await client.ends(LEAVE)


async def test_the_origin_of_a_page_is_not_checked() -> None:
    """OriginValidator stands around the WebSockets alone, and raises for a page."""
    said = "ValueError: You cannot use OriginValidator on a non-WebSocket connection"
    assert await end_of(OriginValidator(WELL, ["*"]), type="http") == said


async def test_a_refusal_has_a_code_in_tests_only() -> None:
    """A communicator tells the code of a close before accept; the wire has 403."""
    client = Connection(consumers.SetsTooLate.as_asgi())
    assert await client.connect(LATER) == (False, 1000)


async def test_uvicorn_takes_a_missing_lifespan_for_a_no(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It asks every application for the type lifespan, says so, and goes on."""
    application = ProtocolTypeRouter({"websocket": WELL})
    lifespan = LifespanOn(Config(application, lifespan="auto", log_config=None))
    with caplog.at_level("INFO", "uvicorn.error"):
        await lifespan.startup()
    assert "ASGI 'lifespan' protocol appears unsupported." in caplog.messages
    assert not lifespan.should_exit
