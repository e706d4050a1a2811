"""Which pages may open sockets with our cookies: those of our own origins."""

from http.client import HTTPConnection

import pytest
from accounts import log_in
from projects import write_settings

LOCAL = ["localhost", "shop.localhost", "a.b.localhost", "localhost."]
LOCAL += ["shop.localhost.", "127.0.0.1", "[::1]"]
FOREIGN = ["example.org", "localhost.example.org", "notlocalhost", "127.0.0.2", "[::2]"]
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
    "Sec-WebSocket-Version": "13",
}


@pytest.fixture(params=["daphne", "uvicorn"])
def name(request):
    """The name of each server in turn."""
    if request.param == "uvicorn":
        pytest.importorskip("uvicorn")
    return request.param


@pytest.fixture
def ask(new_key):
    """Ask a server for a path, logged in; return the status."""

    def ask_one(server, path, **headers):
        cookie = {"Cookie": f"sessionid={new_key}"}
        connection = HTTPConnection(server.address, timeout=10)
        try:
            connection.request("GET", path, headers=cookie | headers)
            return connection.getresponse().status
        finally:
            connection.close()

    return ask_one


@pytest.fixture
def new_key():
    """The key of a session of alice."""
    return log_in("alice")


@pytest.fixture
def status(ask):
    """Return the statuses of a page under a host, and of a socket that it opens."""

    def ask_both(server, host, scheme="http"):
        port = server.address.split(":")[1]
        host = f"{host}:{port}"
        page = ask(server, "/", Host=host)
        ours = {"Host": server.address, "Origin": f"{scheme}://{host}"}
        return page, ask(server, "/ws/chat/origins/", **HANDSHAKE, **ours)

    return ask_both


def test_a_page_that_is_shown_may_open_sockets(start_server, name, status):
    """While one develops, all names of this computer are ours, to Django's pages and to
    sockets; others are not, to both.
    """
    server = start_server(name)
    found = {host: status(server, host) for host in LOCAL + FOREIGN}
    assert found == dict.fromkeys(LOCAL, (200, 101)) | dict.fromkeys(
        FOREIGN, (400, 403)
    )


def test_with_allowed_hosts_only_those(start_server, name, status, tmp_path):
    """Then the names of this computer are no more ours than others; a dot at the
    beginning stands for all that end with it. Any scheme will do.
    """
    text = 'ALLOWED_HOSTS = ["chat.example", ".shop.example"]'
    server = start_server(name, **write_settings(tmp_path, text))
    ours = ["chat.example", "chat.example.", "shop.example", "a.shop.example"]
    others = ["localhost", "127.0.0.1", "a.chat.example", "shop.example.org"]
    found = {host: status(server, host) for host in ours + others}
    assert found == dict.fromkeys(ours, (200, 101)) | dict.fromkeys(others, (400, 403))
    assert status(server, "chat.example", "https") == (200, 101)


def test_allowed_origins_are_let_in_whole(start_server, name, ask):
    """A page of another origin may open sockets. Scheme, host and port all count, and
    no page of ours is shown under that host.
    """
    allowed = "https://app.example http://dev.example:5173"
    server = start_server(name, ALLOWED_ORIGINS=allowed)
    expected = {
        "https://app.example": 101,
        "https://app.example:443": 101,
        "http://app.example": 403,
        "https://app.example:8443": 403,
        "https://a.app.example": 403,
        "https://app.example.org": 403,
        "http://dev.example:5173": 101,
        "https://dev.example:5173": 403,
        "http://dev.example": 403,
        f"http://{server.address}": 101,
    }
    found = {
        origin: ask(server, "/ws/chat/origins/", **HANDSHAKE, Origin=origin)
        for origin in expected
    }
    assert found == expected
    assert ask(server, "/", Host="app.example") == 400


def test_each_refused_origin_is_one_warning(keep, name, ask):
    """It names the path and the origin: the most frequent reason why a socket does not
    open is told.
    """
    server = keep(name)
    for host in ("evil", "other"):
        origin = f"http://{host}.{name}.example"
        path = f"/ws/chat/refused-{host}/"
        assert ask(server, path, **HANDSHAKE, Origin=origin) == 403
        (line,) = server.wait_for(f"{path!r}: the origin {origin!r} is not ours")
        assert " WARNING " in line


@pytest.mark.parametrize("origin", ["", "null", "http://[", "file://", "\xff", "//"])
def test_an_odd_origin_is_refused_without_a_traceback(keep, name, ask, origin):
    """HTTP 403. Daphne finds some of them out by itself: 400."""
    server = keep(name)
    path = "/ws/chat/odd/"
    assert ask(server, path, **HANDSHAKE, Origin=f"http://{server.address}") == 101
    assert ask(server, path, **HANDSHAKE, Origin=origin) in (400, 403)
    assert "Traceback" not in server.log
