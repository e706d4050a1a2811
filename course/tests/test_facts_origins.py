"""What lets a handshake in: patterns of origins, tokens, and names of groups."""

import asyncio
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlparse

import pytest
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test.utils import override_settings

if not settings.configured:
    settings.configure()

from channels.security.websocket import AllowedHostsOriginValidator, OriginValidator

from course.mistakes.login import Inbox
from course.tests.facts_tokens import LOGIN_OVER, FirstMessage, Subprotocol

LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
TIMEOUT = 5  # seconds


async def accepts(scope: Any, receive: Any, send: Any) -> None:
    """Accept every handshake."""
    await receive()
    await send({"type": "websocket.accept"})


async def lets_in(validator: Any, origin: str | None) -> bool:
    """Return whether a validator lets in a handshake with an Origin, or with none."""
    headers = [] if origin is None else [(b"origin", origin.encode())]
    client = WebsocketCommunicator(validator, "/", headers)
    await client.send_input({"type": "websocket.connect"})
    while client.output_queue.empty() and not client.future.done():
        await asyncio.sleep(0)
    answer = await client.receive_output(TIMEOUT)
    client.stop(exceptions=False)
    return bool(answer["type"] == "websocket.accept")


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (
            "our.example",
            ["http://our.example", "https://our.example:8443", "ftp://OUR.example"],
            ["http://a.our.example", "http://our.example.evil", "null", None],
        ),
        (
            "https://our.example",
            ["https://our.example", "https://our.example:443"],
            ["http://our.example", "https://our.example:8443"],
        ),
        (
            ".our.example",
            ["http://our.example", "http://a.b.our.example"],
            ["http://notour.example"],
        ),
        ("localhost:9000", [], ["http://localhost:9000", "http://localhost"]),
        ("*", ["http://evil.example", "null", None], []),
    ],
    ids=["host", "scheme and host", "dot", "host and port", "star"],
)
async def test_what_a_pattern_of_origins_lets_in(
    pattern: str, good: list[str | None], bad: list[str | None]
) -> None:
    """A host alone means each scheme and port; with a scheme the port counts; a dot
    means subdomains, too; a host with a port matches nothing; a star matches all.
    """
    validator = OriginValidator(accepts, [pattern])
    for origin in good:
        assert await lets_in(validator, origin), origin
    for origin in bad:
        assert not await lets_in(validator, origin), origin


async def test_the_hosts_are_read_when_the_application_is_built() -> None:
    """A later change of ALLOWED_HOSTS changes nothing: a test that overrides it must
    build its application inside.
    """
    with override_settings(ALLOWED_HOSTS=["our.example"]):
        validator = AllowedHostsOriginValidator(accepts)
    with override_settings(ALLOWED_HOSTS=["other.example"]):
        assert await lets_in(validator, "http://our.example")
        assert not await lets_in(validator, "http://other.example")


@pytest.mark.parametrize("hosts", [[], ["our.example"]])
async def test_debug_stands_for_hosts_that_are_missing(hosts: list[str]) -> None:
    """With DEBUG and no ALLOWED_HOSTS this computer's names are let in; with one host
    in the list they are not, and nothing is without DEBUG.
    """
    with override_settings(DEBUG=True, ALLOWED_HOSTS=hosts):
        debug = AllowedHostsOriginValidator(accepts)
    with override_settings(DEBUG=False, ALLOWED_HOSTS=hosts):
        earnest = AllowedHostsOriginValidator(accepts)
    for origin in ("http://localhost:8000", "http://127.0.0.1", "http://[::1]:1"):
        assert await lets_in(debug, origin) is (hosts == [])
        assert not await lets_in(earnest, origin)


def test_the_validator_raises_on_an_origin_that_is_no_url() -> None:
    """The stage's OriginMiddleware catches it, for this reason."""
    with pytest.raises(ValueError, match="Invalid IPv6 URL"):
        urlparse("http://[")


async def test_the_validator_refuses_with_a_consumer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It takes a channel of the layer, like each consumer: a refusal is not free, and
    without a layer that answers it is an exception.
    """
    with override_settings(CHANNEL_LAYERS=LAYERS):
        validator = OriginValidator(accepts, ["our.example"])
        assert not await lets_in(validator, "http://evil.example")

        async def fail() -> str:
            raise ConnectionError("the layer is away")

        monkeypatch.setattr(get_channel_layer(), "new_channel", fail)
        assert await lets_in(validator, "http://our.example")
        with pytest.raises(ConnectionError):
            await lets_in(validator, "http://evil.example")


def inbox(name: str) -> WebsocketCommunicator:
    """Return a connection of a user to the inbox that is a mistake."""
    client = WebsocketCommunicator(Inbox.as_asgi(), "/")
    client.scope["user"] = SimpleNamespace(get_username=lambda: name)
    return client


@pytest.mark.parametrize("name", ["a@b.example", "Zoë", "x" * 95])
async def test_a_name_that_is_no_group_name_raises(name: str) -> None:
    """Alice gets in; a legal name of Django's with @ or an accent, or a long one, is a
    TypeError, which is HTTP 500 on the wire.
    """
    with override_settings(CHANNEL_LAYERS=LAYERS):
        alice = inbox("alice")
        assert (await alice.connect(TIMEOUT))[0]
        await alice.disconnect()
        other = inbox(name)
        await other.send_input({"type": "websocket.connect"})
        with pytest.raises(TypeError, match="valid unicode string with length < 100"):
            await other.wait(TIMEOUT)


async def test_a_private_message_without_a_text_ends_the_connection() -> None:
    """/pm alice psst arrives; /pm alice is an IndexError, which nobody catches."""
    with override_settings(CHANNEL_LAYERS=LAYERS):
        alice = inbox("alice")
        assert (await alice.connect(TIMEOUT))[0]
        await alice.send_json_to({"message": "/pm alice psst"})
        assert (await alice.receive_json_from(TIMEOUT))["message"] == "psst"
        await alice.send_json_to({"message": "/pm alice"})
        with pytest.raises(IndexError):
            await alice.wait(TIMEOUT)


async def test_a_first_message_lets_in_whoever_has_a_token() -> None:
    """The handshake is accepted before: until then the connection is nobody's."""
    client = WebsocketCommunicator(FirstMessage.as_asgi(), "/")
    assert (await client.connect(TIMEOUT))[0]
    await client.send_to("good-token")
    await client.send_to("who am I?")
    assert await client.receive_from(TIMEOUT) == "alice"
    await client.disconnect()


@pytest.mark.parametrize("first", [None, "bad", "[]", b"good-token"])
async def test_without_a_first_message_there_must_be_an_end(first: Any) -> None:
    """Whoever says nothing in time, or the wrong thing, is closed with 4401."""
    client = WebsocketCommunicator(FirstMessage.as_asgi(), "/")
    assert (await client.connect(TIMEOUT))[0]
    if isinstance(first, bytes):
        await client.send_to(bytes_data=first)
    elif first:
        await client.send_to(first)
    closed = await client.receive_output(TIMEOUT)
    assert closed == {"type": "websocket.close", "code": LOGIN_OVER}
    await client.disconnect()


async def test_a_token_may_stand_among_the_subprotocols() -> None:
    """A page can put it there. The server chooses the other one, so that the token
    does not come back in the answer.
    """
    for offered, answer in (
        (["chat.v1", "good-token"], (True, "chat.v1")),
        (["chat.v1", "bad"], (False, 1000)),
    ):
        client = WebsocketCommunicator(Subprotocol.as_asgi(), "/", subprotocols=offered)
        assert await client.connect(TIMEOUT) == answer
        client.stop(exceptions=False)
