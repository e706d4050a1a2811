"""Why each line of nginx.conf is there: what happens without it."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from course.book.compare_servers import APPLICATION
from course.tests.chat_site import PRODUCTION, install
from course.tests.deployment import (
    TIMEOUT,
    UVICORN,
    Process,
    Visitor,
    ending,
)
from course.tests.programs import program
from course.tests.proxies import (
    HOST,
    PROXIES,
    Authority,
    Nginx,
    Proxy,
    running,
)
from course.valkey import free_port

LOGIN = "/accounts/login/"
ROOM = "/ws/chat/red/"
WELL = "/well/"
TRUSTED = free_port()  # of an address that is in CSRF_TRUSTED_ORIGINS
UPGRADE = {
    "proxy_set_header Upgrade $http_upgrade;": "",
    "proxy_set_header Connection $connection_upgrade;": "",
}
PROTOCOL = {"proxy_set_header X-Forwarded-Proto $scheme;": ""}
IDLE = {"proxy_read_timeout 60s": "proxy_read_timeout 1s"}
FORGED = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "http"}

Behind = Callable[..., tuple[Visitor, Proxy]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate, and a copy of stage 5."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    """Who has signed the certificate."""
    return Authority(folder)


@pytest.fixture(scope="module")
def chat(folder: Path) -> Iterator[Process]:
    """Stage 5, ready for production."""
    project = install("gs5_auth", folder)
    trusted = {"CSRF_TRUSTED_ORIGINS": f"https://{HOST}:{TRUSTED}"}
    server = Process(UVICORN, project, PRODUCTION | trusted)
    with ending(server):
        yield server


@pytest.fixture(scope="module")
def well() -> Iterator[Process]:
    """The application that tells and echoes, on uvicorn as it is."""
    server = Process(UVICORN, application=APPLICATION)
    with ending(server):
        yield server


@pytest.fixture
def behind(folder: Path, authority: Authority, tmp_path: Path) -> Iterator[Behind]:
    """Start proxies before a server; they are ended with the test."""
    with contextlib.ExitStack() as stack:

        def start(
            server: Process,
            changes: dict[str, str] | None = None,
            kind: type[Proxy] = Nginx,
            https: int = 0,
        ) -> tuple[Visitor, Proxy]:
            own = Path(tempfile.mkdtemp(dir=tmp_path))
            proxy = kind(own, folder, [server.port], changes, https)
            stack.enter_context(running(proxy))
            return Visitor(authority.context, proxy.https), proxy

        yield start


def test_without_the_upgrade_headers_there_is_no_socket(
    chat: Process, behind: Behind
) -> None:
    """nginx passes on neither header by itself: Django is asked for a page, 404."""
    visitor, _ = behind(chat, UPGRADE)
    assert visitor.request("GET", LOGIN)[0].status == 200
    assert visitor.knock(ROOM) == 404


def test_without_host_there_is_no_page(chat: Process, behind: Behind) -> None:
    """nginx names the upstream instead, which is not in ALLOWED_HOSTS: 400."""
    visitor, _ = behind(chat, {"proxy_set_header Host $http_host;": ""})
    assert visitor.request("GET", LOGIN)[0].status == 400


def test_without_the_protocol_a_form_is_refused(chat: Process, behind: Behind) -> None:
    """Django takes the site for http://, and the form for another site's: 403."""
    visitor, _ = behind(chat, PROTOCOL)
    visitor.request("GET", LOGIN)
    assert visitor.post(LOGIN) == 403
    visitor, _ = behind(chat)
    visitor.request("GET", LOGIN)
    assert visitor.post(LOGIN) == 200  # the form again: nobody was named


def test_a_trusted_origin_is_another_cure(chat: Process, behind: Behind) -> None:
    """The same proxy, at an address in CSRF_TRUSTED_ORIGINS: the form is taken."""
    visitor, _ = behind(chat, PROTOCOL, https=TRUSTED)
    visitor.request("GET", LOGIN)
    assert visitor.post(LOGIN) == 200


@pytest.mark.parametrize("name", PROXIES)
def test_nobody_says_who_he_is(well: Process, behind: Behind, name: str) -> None:
    """What a client writes into X-Forwarded-For and -Proto, the proxy replaces."""
    visitor, _ = behind(well, kind=PROXIES[name])
    with visitor.connect("/tells/", **FORGED) as socket:
        assert socket.recv(timeout=TIMEOUT) == "127.0.0.1 wss"


def test_an_idle_socket_is_cut_by_the_proxy(well: Process, behind: Behind) -> None:
    """nginx ends a connection on which the server is silent for proxy_read_timeout."""
    visitor, _ = behind(well, IDLE)
    with visitor.connect(WELL) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=TIMEOUT)
    assert closed.value.rcvd is None


def test_pings_keep_an_idle_socket(behind: Behind) -> None:
    """A server that pings more often is never silent so long."""
    server = Process((*UVICORN, "--ws-ping-interval", "0.3"), application=APPLICATION)
    with ending(server):
        visitor, _ = behind(server, IDLE)
        with visitor.connect(WELL) as socket:
            with pytest.raises(TimeoutError):
                socket.recv(timeout=1.5)
            socket.send("still there?")
            assert socket.recv(timeout=TIMEOUT) == "still there?"


def test_a_reload_of_nginx_keeps_the_sockets(well: Process, behind: Behind) -> None:
    """Old sockets stay with the old workers; whoever comes now meets the new
    configuration.
    """
    visitor, proxy = behind(well)
    with visitor.connect(WELL) as socket:
        proxy.change("proxy_pass http://chat;", "return 503;")
        while visitor.knock(WELL) != 503:
            pass
        socket.send("still there?")
        assert socket.recv(timeout=TIMEOUT) == "still there?"


def test_the_limit_for_forms_is_none_for_messages(
    well: Process, behind: Behind
) -> None:
    """client_max_body_size: a form that is longer is 413, a message passes."""
    limit = {"location / {": "client_max_body_size 1k;\n    location / {"}
    visitor, _ = behind(well, limit)
    assert visitor.request("POST", WELL, 2000 * "x")[0].status == 413
    with visitor.connect(WELL) as socket:
        socket.send(2000 * "x")
        assert len(socket.recv(timeout=TIMEOUT)) == 2000


@pytest.mark.parametrize(
    ("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_a_missing_proxy_fails_on_ci_only(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    """Elsewhere its tests are skipped, with the reason and the remedy."""
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="apt-get install no-such-proxy$"):
        program("no-such-proxy")
