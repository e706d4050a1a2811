"""A proxy that is set in the shell does not come between a test and its server."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from course.tests.direct import direct_opener


class Hello(BaseHTTPRequestHandler):
    """Answers every request with 204."""

    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def test_a_request_goes_straight_to_its_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With http_proxy set to an address where nobody listens, the server answers."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with HTTPServer(("127.0.0.1", 0), Hello) as server:
        thread = threading.Thread(target=server.handle_request)
        server.timeout = 5
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/"
            with direct_opener().open(url, timeout=5) as response:
                assert response.status == 204
        finally:
            thread.join()
