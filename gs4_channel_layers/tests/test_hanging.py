"""Redis hangs: it is there, and answers nobody."""

import contextlib
import importlib.util
import time

import pytest
from servers import serving
from valkeys import hanging, use
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

PATIENCE = 6  # seconds until everybody has been told
UNAVAILABLE = 4503


@pytest.fixture(scope="module", params=["uvicorn pubsub", "daphne queue"])
def shaky(request, start_valkey):
    """A server, and the Valkey it depends on. There is no traceback at the end."""
    name, layer = request.param.split()
    if name == "uvicorn":
        pytest.importorskip("uvicorn")
    valkey = start_valkey()
    environment = {"REDIS_URL": valkey.connection_url, "REDIS_LAYER": layer}
    with serving(name, **environment) as [server]:
        yield server, valkey


@contextlib.contextmanager
def in_time():
    """Fail if what stands in a with statement takes longer than PATIENCE."""
    start = time.monotonic()
    yield
    assert time.monotonic() - start < PATIENCE


def closed_with(client):
    """Return the code that a client is closed with."""
    with contextlib.suppress(TimeoutError):
        try:
            while True:
                ClientConnection.recv(client, PATIENCE)
        except ConnectionClosed as closed:
            return closed.rcvd and closed.rcvd.code
    pytest.fail("it is not closed")


@pytest.mark.parametrize("number", [1, 15])
def test_who_speaks_is_closed_in_time(shaky, number):
    """Each speaker gets 4503 within 6 s, however many there are. Then all works."""
    server, valkey = shaky
    with contextlib.ExitStack() as stack:
        names = [f"speaker-{n}" for n in range(number)]
        speakers = [stack.enter_context(server.enter(name)) for name in names]
        with hanging(valkey), in_time():
            for speaker in speakers:
                speaker.say("hello?")
            assert {closed_with(speaker) for speaker in speakers} == {UNAVAILABLE}
    with server.enter("alice") as alice, server.enter("bob") as bob:
        alice.say("hello again")
        bob.wait_for(type="chat_message", message="hello again")


def test_a_handshake_is_refused_in_time(shaky):
    """Nobody waits longer than 6 s for an HTTP 403."""
    server, valkey = shaky
    _, headers = server.door("alice")
    with hanging(valkey), in_time():
        assert server.handshake_status("/ws/chat/red/") == 403
    with server.enter("alice"):
        pass


@pytest.mark.parametrize("kind", ["pubsub", "queue"])
def test_the_form_says_so_in_time(client, settings, start_valkey, kind):
    """An announcement that Redis does not take is an HTTP 503 within 6 s."""
    valkey = start_valkey()
    use(settings, kind, valkey.connection_url)
    with hanging(valkey), in_time():
        assert client.post("/announce/", {"message": "hi"}).status_code == 503
    assert client.post("/announce/", {"message": "hi"}).status_code == 302


async def test_who_listens_on_the_queue_is_closed_after_a_look(
    enter, settings, start_valkey, monkeypatch
):
    """Its connection waits for as long as it takes, so a look has to find out."""
    assert importlib.util.find_spec("chat.resilience"), "nothing is survived"
    from chat.consumers import ChatConsumer

    monkeypatch.setattr(ChatConsumer, "look_seconds", 0.1, raising=False)
    valkey = start_valkey()
    use(settings, "queue", valkey.connection_url)
    bob = await enter("bob")
    with hanging(valkey):
        start = time.monotonic()
        while (event := await bob.receive_output(PATIENCE))["type"] != (
            "websocket.close"
        ):
            pass
        assert event["code"] == UNAVAILABLE
        assert time.monotonic() - start < PATIENCE
    await bob.wait()
