"""A chat behind nginx and Caddy, with TLS, two servers and the files of deploy/."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from course.database import PASSWORD
from course.tests.chat_site import ROOM, Site, answers, deployed, next_frame
from course.tests.deployment import Visitor
from course.tests.proxies import HOST, PROXIES, Proxy, running

LONG = 2**20  # bytes, the most that Daphne takes by default
SCRIPT = "/static/chat/connection.js"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two servers, and what they need."""
    with deployed(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module", params=PROXIES)
def proxy(
    request: pytest.FixtureRequest,
    site: Site,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Proxy]:
    """Each proxy in turn, before the same servers."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    site.complete()
    with running(PROXIES[request.param](folder, site.folder, site.ports)) as proxy:
        yield proxy


@pytest.fixture
def alice(site: Site, proxy: Proxy) -> Visitor:
    """A browser on the proxy, where alice is logged in."""
    return site.visitor(proxy.https, "alice")


def test_a_login_over_https_needs_no_trusted_origin(site: Site, proxy: Proxy) -> None:
    """The proxy passes on Host and X-Forwarded-Proto, so the form is of the site
    itself; the cookies are for TLS alone.
    """
    visitor = site.visitor(proxy.https)
    assert visitor.log_in("carol", PASSWORD) == 302
    assert {"csrftoken", "sessionid"} <= visitor.cookies.keys()
    assert all("Secure" in each for each in visitor.said)


def test_a_message_reaches_all_over_wss(
    site: Site, proxy: Proxy, alice: Visitor
) -> None:
    """Two sockets through one address with TLS, on two servers: each hears both.

    The proxy counts what is open, so the second goes to the other server. A login at
    one of them is good at both.
    """
    bob = site.visitor(proxy.https, "bob")
    with alice.connect(ROOM) as first, bob.connect(ROOM) as second:
        next_frame(first, type="user_join", user="bob")
        first.send(json.dumps({"message": "over TLS"}))
        for socket in (first, second):
            heard = next_frame(socket, type="chat_message", user="alice")
            assert heard["message"] == "over TLS"
    for server in site.servers.values():
        assert ROOM in server.log


def test_a_page_of_another_site_gets_no_socket(alice: Visitor) -> None:
    """The Origin is compared with ALLOWED_HOSTS, behind a proxy too: HTTP 403."""
    assert alice.knock(ROOM) == 101
    assert alice.knock(ROOM, Origin="https://evil.example") == 403


def test_another_host_gets_no_page(alice: Visitor) -> None:
    """Host is the client's word: with one that is not in ALLOWED_HOSTS there is no page
    (nginx hands it on, and Django says 400; Caddy has no site of that name).
    """
    _, text = alice.request("GET", "/")
    assert "<form" in text
    _, text = alice.request("GET", "/", Host="evil.example")
    assert "<form" not in text


def test_the_proxy_serves_the_static_files(site: Site, alice: Visitor) -> None:
    """What collectstatic has gathered comes from the proxy. The servers serve none:
    without DEBUG, staticfiles_urlpatterns() is empty.
    """
    response, text = alice.request("GET", SCRIPT)
    assert response.status == 200
    assert "javascript" in response.headers["Content-Type"]
    assert "WebSocket" in text
    for port in site.ports:
        direct = HTTPConnection("127.0.0.1", port)
        direct.request("GET", SCRIPT, headers={"Host": HOST})
        assert direct.getresponse().status == 404
        direct.close()


def test_http_leads_to_https(proxy: Proxy) -> None:
    """The port without TLS has nothing but a redirect."""
    connection = HTTPConnection("127.0.0.1", proxy.http)
    connection.request("GET", "/chat/red/", headers={"Host": HOST})
    response = connection.getresponse()
    connection.close()
    assert response.status in (301, 308)
    assert response.headers["Location"].startswith(f"https://{HOST}")


def test_a_long_message_passes_through_the_proxy(alice: Visitor) -> None:
    """Neither proxy limits a message: what the server takes, arrives. That it is too
    long for the chat, the chat says.
    """
    with alice.connect(ROOM) as socket:
        socket.send(json.dumps({"message": (LONG - 20) * "x"}))
        assert next_frame(socket, type="error")["code"] == "too_long"


def test_a_server_that_ends_gives_its_sockets_to_the_other(
    site: Site, proxy: Proxy, alice: Visitor
) -> None:
    """One of two is ended for a new version: its socket is closed, and the next try is
    accepted at once, by the other. What was said meanwhile comes with ?after=.
    """
    bob = site.visitor(alice.port, "bob")
    with alice.connect(ROOM) as first, bob.connect(ROOM) as second:
        for socket in (first, second):
            next_frame(socket, type="user_join", user="bob")
        site.end("daphne" if proxy.name == "nginx" else "uvicorn")
        (stays,) = [each for each in (first, second) if answers(each)]
        stays.send(json.dumps({"message": "meanwhile"}))
        seq = next_frame(stays, type="chat_message")["seq"]
        with alice.connect(f"{ROOM}?after={seq - 1}") as again:
            (missed,) = next_frame(again, type="history")["messages"]
    assert missed["message"] == "meanwhile"
