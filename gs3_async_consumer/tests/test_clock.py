"""Server-Sent Events: an HTTP response that does not end by itself."""

import http.client
import signal
import sys

import pytest


@pytest.fixture
def ask():
    """Ask a server for the clock; return the connection and its response, which are
    closed with the test."""
    opened = []

    def ask_it(server, method):
        connection = http.client.HTTPConnection(server.address, timeout=5)
        connection.request(method, "/events/clock/")
        opened.append((connection, connection.getresponse()))
        return opened[-1]

    yield ask_it
    for connection, response in opened:
        response.close()
        connection.close()


def test_it_is_an_event_stream(server, ask):
    """The clock is a stream of events, which nobody may cache."""
    _, response = ask(server, "GET")
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.headers["Cache-Control"] == "no-cache"


def test_each_event_has_an_id_and_data(server, ask):
    """An event is a line id:, a line data:, and an empty line."""
    _, response = ask(server, "GET")
    assert response.status == 200
    for number in (1, 2, 3):
        assert response.readline() == f"id: {number}\n".encode()
        assert response.readline().startswith(b"data: 20")
        assert response.readline() == b"\n"


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_get_is_allowed(server, ask, method):
    """Any other method is answered with 405, which names GET."""
    _, response = ask(server, method)
    assert response.status == 405
    assert response.headers["Allow"] == "GET"


@pytest.mark.parametrize("name", ["daphne", "uvicorn"])
def test_it_ends_when_the_client_leaves(start_server, ask, name):
    """A client that leaves takes the task along, on each server."""
    if name == "uvicorn":
        pytest.importorskip("uvicorn")
    server = start_server(name, "tests.counting:application")
    before = server.count()
    clients = [ask(server, "GET") for _ in range(5)]
    for connection, response in clients:
        assert response.status == 200
        assert response.readline() == b"id: 1\n"
        response.close()
        connection.close()
    server.wait_for_count(before)
    assert "Traceback" not in server.log


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows sends no SIGINT to a child"
)
def test_uvicorn_waits_for_a_listener_unless_told_otherwise(start_server, ask):
    """Ctrl-C does not end uvicorn while the clock is listened to; with a time-out for
    the graceful shutdown it does."""
    pytest.importorskip("uvicorn")
    patient = start_server("uvicorn")
    hasty = start_server("uvicorn", UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN="1")
    listeners = [ask(server, "GET") for server in (patient, hasty)]
    for server, (_, response) in zip((patient, hasty), listeners, strict=True):
        assert response.readline() == b"id: 1\n"
        server.process.send_signal(signal.SIGINT)
    hasty.process.wait(10)
    assert patient.process.poll() is None
