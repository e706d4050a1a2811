"""What every test may ask for: real servers, and the application without a server."""

import importlib.util

import pytest
from clients import Client
from processes import COMMANDS, TIMEOUT
from servers import PREFIX, Server


@pytest.fixture
def start_server():
    """Start servers of one's own; they are ended with the test."""
    servers = []

    def start(name, *arguments, **environment):
        servers.append(Server(name, *arguments, **environment))
        servers[-1].wait_until_up()
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session", params=COMMANDS)
def server(request):
    """The project, served by each of the servers in turn."""
    if importlib.util.find_spec("uvicorn") is None and request.param == "uvicorn":
        pytest.skip("uvicorn is not installed")
    server = Server(request.param)
    try:
        server.wait_until_up()
        yield server
    finally:
        server.stop()
    assert "Traceback" not in server.log, server.log


@pytest.fixture
def prefix():
    """The path that all endpoints of this project begin with."""
    return PREFIX


@pytest.fixture(autouse=True)
def quick(settings):
    """Make a tick short."""
    settings.TICK = 0.001


@pytest.fixture
async def open_client():
    """Open connections to the application; they are closed with the test."""
    from config.asgi import application

    clients = []

    async def open_one(path, subprotocols=None, headers=()):
        client = Client(application, path, list(headers), subprotocols)
        accepted, client.subprotocol = await client.connect(TIMEOUT)
        assert accepted, f"{path} was refused"
        clients.append(client)
        return client

    yield open_one
    for client in clients:
        # A message that did not arrive has ended the application already.
        if not client.future.cancelled():
            await client.disconnect(timeout=TIMEOUT)
