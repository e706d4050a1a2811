"""Which connection reaches which code, over real sockets and on each server."""

from urllib.error import HTTPError

import pytest
from servers import urlopen


def test_http_reaches_django(server):
    """A connection of type http is Django's: the page comes from its view."""
    with urlopen(f"http://{server.address}/") as response:
        assert b"<title>" in response.read()


@pytest.mark.parametrize("name", ["main.js", "style.css"])
def test_static_files_are_served(server, name):
    """The page's script and style are served by each server, not only by runserver."""
    with urlopen(f"http://{server.address}/static/chat/{name}") as response:
        assert response.status == 200


@pytest.mark.parametrize(
    "path", ["/ws/no/such/path/", "/", "/ws/sc/more/", "/ws/sc/%0A"]
)
def test_an_unknown_path_is_refused(server, path):
    """A path without a route is refused at the handshake, with HTTP 403."""
    assert server.handshake_status(path) == 403


@pytest.mark.parametrize("path", ["/ws/sc", "/ws/ac"])
def test_the_trailing_slash_matters(server, path):
    """The path must match with its slash: for WebSockets nothing redirects."""
    assert server.handshake_status(path) == 403


def test_a_refusal_is_one_warning(server):
    """A refused path is one warning line in the log, which names the path."""
    warning = "WARNING chat.routing: no WebSocket route for"
    for path in ("/ws/warn/", "/ws/warn-again/"):
        server.handshake_status(path)
        server.wait_for(f"{warning} {path!r}")
    assert len(server.wait_for(f"{warning} '/ws/warn/'")) == 1


def test_a_path_cannot_forge_a_log_line(server):
    """A line break in the path is logged as an escape, so it stays one line."""
    server.handshake_status("/ws/forged%0AERROR-of-mine/")
    server.wait_for(r"/ws/forged\nERROR-of-mine/")
    assert not [line for line in server.lines if line.startswith("ERROR-of-mine")]


def test_each_line_is_logged_once(server):
    """Django's own handler is off: its lines come through ours alone."""
    for path in ("/no-such-page/", "/nor-such-a-page/"):
        with pytest.raises(HTTPError, match="404") as error:
            urlopen(f"http://{server.address}{path}")
        error.value.close()
        lines = server.wait_for(f"WARNING django.request: Not Found: {path}")
    assert len(lines) == 1
    assert len(server.wait_for("Not Found: /no-such-page/")) == 1
