"""What older versions of Channels and Django had, and what there is instead."""

import asyncio
import importlib.metadata
import sys
import tomllib
import types
from typing import Any

import pytest
from channels.exceptions import InvalidChannelLayerError
from channels.routing import get_default_application
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.template import Engine, TemplateSyntaxError
from django.test.utils import override_settings

from course.environment import ROOT

if not settings.configured:
    settings.configure()

older: Any = importlib.import_module("course.mistakes.older")  # it has no types

NAMES_GONE = {
    "channels": "Channel Group",
    "channels.auth": "channel_session_user_from_http http_session_user",
    "channels.routing": "include route",
    "channels.sessions": "channel_session",
    "django.conf.urls": "url",
    "django.utils.encoding": "force_text",
    "django.utils.timezone": "utc",
    "django.utils.translation": "ugettext",
}
MODULES_GONE = (
    "aioredis asgi_redis channels.asgi channels.binding channels.generic.websockets "
    "channels.http channels.management.commands.runserver channels.session "
    "channels.staticfiles channels.test"
)
NAMES_HERE = {
    "asgiref.testing": "ApplicationCommunicator",
    "channels.auth": "AuthMiddlewareStack get_user login logout",
    "channels.db": "aclose_old_connections database_sync_to_async",
    "channels.generic.http": "AsyncHttpConsumer",
    "channels.generic.websocket": "WebsocketConsumer AsyncJsonWebsocketConsumer "
    "AsyncWebsocketConsumer JsonWebsocketConsumer",
    "channels.layers": "InMemoryChannelLayer get_channel_layer",
    "channels.security.websocket": "AllowedHostsOriginValidator",
    "channels.sessions": "SessionMiddlewareStack",
    "channels.testing": "ChannelsLiveServerTestCase WebsocketCommunicator",
    "channels_redis.core": "RedisChannelLayer",
    "channels_redis.pubsub": "RedisPubSubChannelLayer",
    "django.core.asgi": "get_asgi_application",
    "django.urls": "path re_path",
    "django.utils.encoding": "force_str",
    "django.utils.translation": "gettext",
}
Event = dict[str, Any]


async def run(application: Any, type: str = "websocket") -> list[Event]:
    """Connect, say hi and leave; return what was sent to the client."""
    events: list[Event] = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "hi"},
        {"type": "websocket.disconnect", "code": 1000},
    ]
    sent: list[Event] = []

    async def receive() -> Event:
        return events.pop(0) if events else await asyncio.Future[Event]()

    async def send(event: Event) -> None:
        sent.append(event)

    await application({"type": type, "path": "/ws/chat/"}, receive, send)
    return sent


def each(names: dict[str, str]) -> list[tuple[str, str]]:
    """Return the pairs of a module and one of its names."""
    return [(module, name) for module in names for name in names[module].split()]


@pytest.mark.parametrize(("module", "name"), each(NAMES_GONE))
def test_the_name_is_gone(module: str, name: str) -> None:
    """Names of Channels 1 and 2, and of Django before 5, are ImportErrors now."""
    error = f"cannot import name '{name}' from '{module}'"
    with pytest.raises(ImportError, match=error):
        exec(f"from {module} import {name}", {})


@pytest.mark.parametrize("module", MODULES_GONE.split())
def test_the_module_is_gone(module: str) -> None:
    """Whole modules of Channels 1 to 3 are gone, and so are the packages beside it."""
    with pytest.raises(ModuleNotFoundError, match=f"No module named '{module}'"):
        importlib.import_module(module)


@pytest.mark.parametrize(("module", "name"), each(NAMES_HERE))
def test_the_name_is_here(module: str, name: str) -> None:
    """What the book writes instead can be imported from there."""
    assert hasattr(importlib.import_module(module), name)


OLD = "channels_1_group channels_1_routing regex_url wrapped_django"


@pytest.mark.parametrize("old", OLD.split())
def test_old_code_fails_at_its_import(old: str) -> None:
    """Nothing of it can be mended by a setting: the name is gone."""
    with pytest.raises(ImportError):
        getattr(older, old)()


@pytest.mark.parametrize(
    ("application", "error"),
    [
        (older.class_in_route(), "Echo.* can't be (used in 'await'|awaited)"),
        (older.TakesScope.as_asgi(), "missing 1 required positional argument: 'scope'"),
        (older.two_calls_inside(), "takes 2 positional arguments but 4 were given"),
        (older.TakesMessage.as_asgi(), "missing 1 required positional .* 'message'"),
        (older.NamesTextText.as_asgi(), "unexpected keyword argument 'text_data'"),
    ],
    ids=["class in route", "scope in init", "ASGI 2", "message", "text"],
)
async def test_old_code_is_a_type_error(application: Any, error: str) -> None:
    """What was called in another way raises TypeError at the first connection."""
    with pytest.raises(TypeError, match=error):
        await run(application)


async def test_the_same_written_today_answers() -> None:
    """as_asgi() in the route, one call in the middleware, text_data: it echoes."""
    sent = await run(older.OneCall(older.Echo.as_asgi()))
    assert sent[1] == {"type": "websocket.send", "text": "hi"}


async def test_http_has_to_be_routed() -> None:
    """ProtocolTypeRouter does not know Django by itself any more."""
    with pytest.raises(ValueError, match="configured for scope type 'http'"):
        await run(older.http_by_itself(), "http")


@pytest.mark.parametrize(
    ("layers", "error"),
    [
        (older.CHANNELS_1_LAYER, "Cannot import BACKEND 'asgi_redis.RedisCh"),
        (older.CHANNELS_1_LAYER_ROUTING, "ROUTING key found for default"),
    ],
)
async def test_an_old_layer_is_said_to_be_old(layers: Any, error: str) -> None:
    """The first connection raises InvalidChannelLayerError, which names the key."""
    with (
        override_settings(CHANNEL_LAYERS=layers),
        pytest.raises(InvalidChannelLayerError, match=error),
    ):
        await run(older.Echo.as_asgi())


def test_get_default_application_looks_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """asgi.py cannot ask for the application that it is to give itself."""
    monkeypatch.setitem(sys.modules, "mysite_asgi", types.ModuleType("mysite_asgi"))
    error = "Cannot find 'application' in ASGI_APPLICATION module mysite_asgi"
    with (
        override_settings(ASGI_APPLICATION="mysite_asgi.application"),
        pytest.raises(ImproperlyConfigured, match=error),
    ):
        get_default_application()


def test_the_library_of_templates_is_static() -> None:
    """{% load staticfiles %} is a TemplateSyntaxError, {% load static %} is not."""
    engine = Engine(libraries={"static": "django.templatetags.static"})
    engine.from_string("{% load static %}")
    with pytest.raises(TemplateSyntaxError, match="'staticfiles' is not a registered"):
        engine.from_string("{% load staticfiles %}")


def test_pytest_asyncio_has_no_event_loop(request: pytest.FixtureRequest) -> None:
    """The fixture event_loop is gone: a test that needs its loop asks asyncio."""
    with pytest.raises(pytest.FixtureLookupError):
        request.getfixturevalue("event_loop")


def test_what_the_book_is_pinned_to() -> None:
    """Python 3.11 or newer, Django 5.2, Channels and channels-redis 4.3."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11"
    for pin in ("Django==5.2.*", "channels[daphne]==4.3.*", "channels-redis==4.3.*"):
        assert pin in project["dependencies"]


def test_what_channels_itself_takes() -> None:
    """Channels 4.3 says: Python 3.9 or newer, and Django 4.2 or newer."""
    channels = importlib.metadata.metadata("channels")
    assert channels["Requires-Python"] == ">=3.9"
    assert "Django>=4.2" in (channels.get_all("Requires-Dist") or [])
