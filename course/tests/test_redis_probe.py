"""How a Redis is asked whether it is there, and what is said if it is not."""

import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.doctor.findings import Finding
from course.doctor.redis import examine_url

OK = b"+OK\r\n"
PING = b"*1\r\n$4\r\nPING\r\n"
PONG = b"+PONG\r\n"
NAME = b"$13\r\ncourse-doctor\r\n"
SUBSCRIBE = b"*2\r\n$9\r\nSUBSCRIBE\r\n" + NAME
UNSUBSCRIBE = b"*2\r\n$11\r\nUNSUBSCRIBE\r\n" + NAME
PUBLISH = b"*3\r\n$7\r\nPUBLISH\r\n" + NAME + b"$0\r\n\r\n"
ASKED = [PING, SUBSCRIBE, UNSUBSCRIBE, PUBLISH]
FINE = (
    PONG,
    b"*3\r\n$9\r\nsubscribe\r\n" + NAME + b":1\r\n",
    b"*3\r\n$11\r\nunsubscribe\r\n" + NAME + b":0\r\n",
    b":0\r\n",
)


class Server:
    """A server on a free port, which gives an answer to each thing it is told.

    Attributes:
        address: Its host and port, as in a URL.
        heard: What it was told.
    """

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(10)  # a test that fails must not wait for ever
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.heard: list[bytes] = []
        self.thread: threading.Thread | None = None

    def give(self, *answers: bytes) -> None:
        """Serve one connection with these answers, and then close it."""
        self.thread = threading.Thread(target=self.serve, args=(answers,))
        self.thread.start()

    def serve(self, answers: tuple[bytes, ...]) -> None:
        """Be that server."""
        connection, _ = self.listener.accept()
        with connection:
            for answer in answers:
                self.heard.append(connection.recv(1000))
                connection.sendall(answer)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server whose answers the test gives."""
    server = Server()
    with server.listener:
        yield server
        if server.thread is not None:
            server.thread.join()


def only(url: str) -> Finding:
    """Return the one finding about a URL."""
    (finding,) = examine_url(url)
    return finding


def test_a_redis_that_answers_is_fine(server: Server) -> None:
    """The positive control: it is asked in Redis' own protocol, and lets us do all."""
    server.give(*FINE)
    assert list(examine_url(f"redis://{server.address}/0")) == []
    assert server.heard == ASKED


def test_the_queue_layer_needs_no_subscription(server: Server) -> None:
    """It reads lists, so PING alone is asked."""
    server.give(PONG)
    assert list(examine_url(f"redis://{server.address}", "queue")) == []
    assert server.heard == [PING]


def test_a_prefix_comes_first(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever shares a Redis may be allowed the channels of one prefix alone."""
    monkeypatch.setenv("REDIS_PREFIX", "ours")
    server.give(PONG, b"-NOPERM No permissions to access a channel\r\n")
    only(f"redis://{server.address}")
    assert b"\r\nourscourse-doctor\r\n" in server.heard[1]


def test_nobody_listens(server: Server) -> None:
    """REDIS_URL names a port where nobody listens: the symptom is the 403."""
    server.listener.close()
    finding = only(f"redis://{server.address}")
    assert "403" in finding.symptom
    assert f"redis://{server.address}, and no server answers there" in finding.cause


def test_a_redis_that_hangs_is_a_finding(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that takes the connection and stays silent is not waited for."""
    monkeypatch.setattr("course.doctor.redis_probe.TIMEOUT", 0.05)
    finding = only(f"redis://{server.address}")
    assert "no server answers there (timed out)" in finding.cause


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n", b""])
def test_another_server_is_a_finding(server: Server, answer: bytes) -> None:
    """What answers PING with neither + nor - is something else."""
    server.give(answer)
    assert "what answers is no Redis" in only(f"redis://{server.address}").cause


def test_a_redis_that_wants_a_password_is_a_finding(server: Server) -> None:
    """A stage without the password is as helpless as the doctor: the answer is said."""
    server.give(b"-NOAUTH Authentication required.\r\n")
    cause = only(f"redis://{server.address}").cause
    assert "answers PING with 'NOAUTH Authentication required.'" in cause


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("redis://:s%2Ft@{}", b"*2\r\n$4\r\nAUTH\r\n$3\r\ns/t\r\n"),
        ("redis://{}?password=s%2Ft", b"*2\r\n$4\r\nAUTH\r\n$3\r\ns/t\r\n"),
        ("redis://me:pw@{}", b"*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$2\r\npw\r\n"),
    ],
)
def test_the_password_of_the_url_is_used(server: Server, url: str, told: bytes) -> None:
    """A password is given first, decoded, with the user if there is one."""
    server.give(OK, *FINE)
    assert list(examine_url(url.format(server.address))) == []
    assert server.heard == [told, *ASKED]


def test_a_wrong_password_is_a_finding(server: Server) -> None:
    """What the server says to it is said."""
    server.give(b"-WRONGPASS invalid username-password pair\r\n")
    cause = only(f"redis://:secret@{server.address}").cause
    assert "answers AUTH with 'WRONGPASS" in cause


@pytest.mark.parametrize("answers", [(), (b"-ERR unknown command\r\n",)])
def test_a_server_without_tls_is_a_finding(
    server: Server, answers: tuple[bytes, ...]
) -> None:
    """rediss:// is for a server with TLS, whether another one hangs up or answers."""
    server.give(*answers)
    assert "TLS fails there" in only(f"rediss://{server.address}").cause


def test_a_server_that_waits_for_more_than_tls_is_a_finding(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Redis takes the greeting of TLS for the beginning of a command, and waits."""
    monkeypatch.setattr("course.doctor.redis_probe.TIMEOUT", 0.05)
    assert "TLS fails there" in only(f"rediss://{server.address}").cause


def test_options_of_tls_are_left_to_the_stage(server: Server) -> None:
    """With options for TLS in the URL it is enough that somebody listens."""
    server.give()
    assert list(examine_url(f"rediss://{server.address}?ssl_cert_reqs=none")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Python has no AF_UNIX there")
def test_a_unix_socket_is_asked_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """unix:// names a socket in the file system, and the same PING is asked there."""
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("redis.sock")
        listener.listen()
        server = Server()
        server.listener.close()
        server.listener = listener
        server.give(*FINE)
        assert list(examine_url("unix:redis.sock")) == []
        assert server.thread is not None
        server.thread.join()
    assert server.heard == ASKED


def test_a_unix_socket_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    """unix:// with a wrong path is a server that does not answer."""
    cause = only(f"unix://{(tmp_path / 'none').as_posix()}").cause
    assert "no server answers there" in cause


def test_a_host_that_cannot_be_is_a_finding() -> None:
    """A host that no name server could be asked for is no traceback."""
    assert "no server answers there" in only("redis://.local").cause
