"""What a login is worth to a socket: facts about Channels and the servers."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.typing import Subprotocol

from course.tests.deployment import LISTENING, START_TIMEOUT, TIMEOUT
from course.tests.facts_security_server import COMMANDS, Server

ENDINGS = ["logout", "deactivate", "change_password", "delete_user", "delete_session"]
NOBODY = ""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """Both servers of the project in facts_security.py, each with its database."""
    folder = tmp_path_factory.mktemp("facts")
    started: dict[str, Server] = {}
    try:
        for name in COMMANDS:
            started[name] = Server(name, folder / f"{name}.sqlite3")
        for server in started.values():
            server.wait_for(LISTENING.pattern, START_TIMEOUT)
        yield started
    finally:
        for server in started.values():
            server.stop()


@pytest.fixture
def server(servers: dict[str, Server]) -> Server:
    """Daphne, where it makes no difference which server it is."""
    return servers["daphne"]


@pytest.fixture
def cookie(server: Server) -> str:
    """The cookie of a new account."""
    return server.log_in(uuid.uuid4().hex)


def who(socket: Any, way: str = "") -> str:
    """Ask a socket for its user, by a way to look."""
    socket.send(way)
    return str(socket.recv(timeout=TIMEOUT))


def test_the_stack_lets_everybody_in(server: Server) -> None:
    """Without a cookie, and from another site: AuthMiddlewareStack says who it is, and
    refuses nobody. Nobody is a user whose name is empty.
    """
    with server.open("/", origin="http://evil.example") as socket:
        assert json.loads(socket.recv(timeout=TIMEOUT)) == {"user": NOBODY}


def test_the_stack_lets_another_site_in_with_the_cookie(server: Server) -> None:
    """The victim's cookie and a foreign Origin: the stack does not look at it."""
    victim = server.log_in("victim")
    with server.open("/", victim, origin="http://evil.example") as socket:
        assert json.loads(socket.recv(timeout=TIMEOUT)) == {"user": "victim"}


def test_no_django_middleware_guards_a_socket(server: Server) -> None:
    """LoginRequiredMiddleware sends an HTTP request away, and the Host header is
    checked there; a handshake passes both, for Django's middleware is for HTTP alone.
    """
    assert server.get("/members/")[0] == 302
    assert server.get("/members/", Host="evil.example")[0] == 400
    with server.open_as("evil.example", "/members/") as socket:
        assert json.loads(socket.recv(timeout=TIMEOUT)) == {"user": NOBODY}


@pytest.mark.parametrize("end", ENDINGS)
def test_the_user_in_the_scope_is_a_snapshot(
    server: Server, cookie: str, end: str
) -> None:
    """However the login ends, an open socket goes on under the user's name; a new one
    is nobody's.
    """
    with server.open("/", cookie) as socket:
        user = socket.recv(timeout=TIMEOUT)
        assert json.loads(user) != {"user": NOBODY}
        assert server.get(f"/{end}/", Cookie=cookie)[0] == 200
        assert who(socket) == user
    with server.open("/", cookie) as socket:
        assert json.loads(socket.recv(timeout=TIMEOUT)) == {"user": NOBODY}


@pytest.mark.parametrize("end", ["logout", "delete_session"])
def test_a_look_at_the_scope_misses_a_logout(
    server: Server, cookie: str, end: str
) -> None:
    """get_user(scope), as the Channels documentation has it, reads a session that has
    kept its content; with a new SessionStore it finds nobody.
    """
    with server.open("/look/", cookie) as socket:
        user = who(socket, "scope")
        assert server.get(f"/{end}/", Cookie=cookie)[0] == 200
        assert who(socket, "scope") == user
        assert who(socket, "fresh") == "nobody"


@pytest.mark.parametrize("end", ["deactivate", "change_password", "delete_user"])
def test_a_look_at_the_scope_sees_the_account(
    server: Server, cookie: str, end: str
) -> None:
    """Whatever stands in the user's row is seen by get_user(scope)."""
    with server.open("/look/", cookie) as socket:
        assert who(socket, "scope") != "nobody"
        assert server.get(f"/{end}/", Cookie=cookie)[0] == 200
        assert who(socket, "scope") == "nobody"


def test_a_subclass_of_the_session_store_reads_no_session(
    server: Server, cookie: str
) -> None:
    """The class's name is the salt of the signature: what another class has written
    looks forged, and the session empty.
    """
    with server.open("/look/", cookie) as socket:
        assert who(socket, "fresh") != "nobody"
        assert who(socket, "subclass") == "nobody"


def test_a_socket_saves_no_session_by_itself(server: Server, cookie: str) -> None:
    """What a consumer writes into scope["session"] is lost unless it calls save()."""
    for note, stored in (("written", "none"), ("saved", "saved")):
        with server.open("/note/", cookie) as socket:
            assert who(socket, note) == "written"
        assert server.get("/note/", Cookie=cookie)[1] == stored


@pytest.mark.parametrize("name", COMMANDS)
def test_uvicorn_logs_the_query_string_and_daphne_does_not(
    servers: dict[str, Server], name: str
) -> None:
    """What stands in a header or in a frame is in neither log."""
    offered = [Subprotocol("in-protocol")]
    with servers[name].open(
        "/?token=in-query", "a=in-cookie", subprotocols=offered
    ) as socket:
        who(socket, "in-frame")
    with servers[name].open("/the-last/"):
        servers[name].wait_for("/the-last/")
        log = servers[name].log
    assert ("in-query" in log) is (name == "uvicorn")
    for secret in ("in-protocol", "in-cookie", "in-frame"):
        assert secret not in log
