"""The whole site under a path, /app/, and what lies outside of it."""

import importlib.util
from http.client import HTTPConnection

import pytest

ROOT = ["--root-path", "/app"]
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.subpath"}


@pytest.fixture(
    params=["daphne", "uvicorn", "daphne settings", "uvicorn settings"],
)
def site(request, keep):
    """A server under /app/, told so by an option or by FORCE_SCRIPT_NAME, and the path
    that comes before a request's. uvicorn's option is for a proxy that takes it away.
    """
    assert importlib.util.find_spec("chat.resilience"), "it is another site"
    name, *settings = request.param.split()
    if settings:
        return keep(name, **SETTINGS), "/app"
    return keep(name, options=ROOT), "/app" if name == "daphne" else ""


def ask(server, path, method="GET", **fields):
    """Return the answer to a request, wherever it leads."""
    _, headers = server.door("alice")
    token = 32 * "t"  # any will do that is in the cookie, too
    cookies = [headers.get("Cookie", "a=b"), f"csrftoken={token}"]
    headers |= {"Cookie": "; ".join(cookies), "X-CSRFToken": token}
    headers |= {"Content-Type": "application/x-www-form-urlencoded"}
    connection = HTTPConnection(server.address)
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    response.body = response.read().decode()
    connection.close()
    return response


def test_a_socket_under_the_path_is_accepted(site):
    """The page's socket is where its page is."""
    server, before = site
    assert server.handshake_status(f"{before}/ws/chat/red/") == 101


@pytest.mark.parametrize("path", ["/ws/chat/red/", "/appx/ws/chat/red/", "/app"])
def test_a_socket_outside_is_refused(site, path):
    """What the site does not have is an HTTP 403 and one warning, as anywhere else."""
    server, before = site
    if not before:
        path = f"/x{path}"
    assert server.handshake_status(path) == 403
    server.wait_for(f"no WebSocket route for '{'' if before else '/app'}{path}'")
    assert "Traceback" not in server.log


@pytest.mark.parametrize("name", ["main.js", "style.css"])
def test_the_page_finds_its_files(site, name):
    """It names them with the path, and there they are."""
    server, before = site
    assert f'"/app/static/chat/{name}"' in ask(server, f"{before}/").body
    assert ask(server, f"{before}/static/chat/{name}").status == 200


def test_announcing_leads_back_to_the_lobby(site):
    """The redirect stays within the path."""
    server, before = site
    response = ask(server, f"{before}/announce/", "POST", message="hi")
    assert (response.status, response.getheader("Location")) == (302, "/app/?announced")
