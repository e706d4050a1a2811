"""What every test may ask for: real servers."""

import importlib.util

import pytest
from processes import COMMANDS
from servers import Server


@pytest.fixture
def start_server():
    """Start servers of one's own; they are ended with the test."""
    servers = []

    def start(name):
        servers.append(Server(name))
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
