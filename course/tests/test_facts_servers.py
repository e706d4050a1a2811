"""What Daphne and uvicorn make of the same application: each test is a fact."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage
from websockets.sync.client import connect

from course.book.compare_servers import COMMANDS, TIMEOUT, Server, running

FREE = [1000, 3000, 4401, 4999]
RESERVED = [1003, 1008, 1011, 1012, 1013]
SILENCE = 0.5  # seconds in which a message would long have come


@pytest.fixture(scope="module", params=COMMANDS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each server in turn."""
    with running(request.param) as server:
        yield server


def test_a_consumer_that_behaves_is_the_same_on_both(server: Server) -> None:
    """The positive control: text and bytes come back."""
    with connect(server.url + "well/", proxy=None) as websocket:
        for message in ("text", b"bytes"):
            websocket.send(message)
            assert websocket.recv(timeout=TIMEOUT) == message


def test_an_unknown_path_is_500_and_not_404(server: Server) -> None:
    """Without a last route URLRouter raises ValueError, which is HTTP 500."""
    assert server.status("no-such-path/") == 500


def test_an_exception_in_connect_is_500(server: Server) -> None:
    """A consumer that raises before it accepts is HTTP 500."""
    assert server.status("fails-on-connect/") == 500


def test_a_close_before_accept_is_403_whatever_its_code(server: Server) -> None:
    """4401 before accept is HTTP 403: the browser never learns the code."""
    assert server.status("closes-first/") == 403


def test_who_never_accepts_is_dropped_by_daphne_and_not_by_uvicorn(
    server: Server,
) -> None:
    """Daphne drops the TCP connection after a while, without an answer."""
    url = server.url + "never-accepts/"
    if server.name == "daphne":
        with pytest.raises(InvalidMessage), connect(url, proxy=None):
            pass
    else:
        with pytest.raises(TimeoutError):
            connect(url, proxy=None, open_timeout=3).__enter__()


@pytest.fixture(scope="module")
def closings(server: Server) -> dict[int, ConnectionClosed]:
    """What comes of each close code, all at once: Daphne takes a second for some."""
    codes = FREE + RESERVED
    with ThreadPoolExecutor(len(codes)) as pool:
        closed = pool.map(lambda code: server.closed("closes-after/", str(code)), codes)
        return dict(zip(codes, closed, strict=True))


@pytest.mark.parametrize("code", FREE)
def test_these_close_codes_reach_the_client_on_both(
    closings: dict[int, ConnectionClosed], code: int
) -> None:
    """1000 and 3000 to 4999 are sent as they are."""
    closed = closings[code]
    assert closed.rcvd is not None
    assert closed.rcvd.code == code


@pytest.mark.parametrize("code", RESERVED)
def test_daphne_does_not_send_reserved_close_codes(
    server: Server, closings: dict[int, ConnectionClosed], code: int
) -> None:
    """Daphne raises, and the client sees 1011; uvicorn sends what it is asked for."""
    closed = closings[code]
    assert closed.rcvd is not None
    assert closed.rcvd.code == (1011 if server.name == "daphne" else code)


def test_daphne_loses_the_reason_of_a_close(server: Server) -> None:
    """The reason beside the code arrives from uvicorn only."""
    closed = server.closed("closes-after/", "4401")
    assert closed.rcvd is not None
    assert closed.rcvd.reason == ("" if server.name == "daphne" else "nope")


def test_daphne_loses_the_headers_of_an_accept(server: Server) -> None:
    """A header given to accept arrives from uvicorn only."""
    with connect(server.url + "accepts-with-header/", proxy=None) as websocket:
        assert websocket.response is not None
        got = websocket.response.headers.get("x-mine")
    assert got == (None if server.name == "daphne" else "yes")


def test_an_exception_in_receive_is_1011_or_no_close_frame(server: Server) -> None:
    """Daphne closes with 1011; uvicorn drops the connection: a browser says 1006."""
    closed = server.closed("fails-on-receive/", "hello")
    code = closed.rcvd.code if closed.rcvd else None
    assert code == (1011 if server.name == "daphne" else None)


def test_stopping_while_open_leaves_a_zombie_on_daphne(server: Server) -> None:
    """After StopConsumer Daphne keeps the socket open and nobody answers."""
    if server.name == "uvicorn":
        assert server.closed("stops-while-open/", "hello").rcvd is None
        return
    with connect(server.url + "stops-while-open/", proxy=None) as websocket:
        websocket.send("hello")
        websocket.send("are you there?")
        with pytest.raises(TimeoutError):
            websocket.recv(timeout=SILENCE)
        assert websocket.ping().wait(TIMEOUT)


@pytest.mark.parametrize("message", ["", b""])
def test_daphne_never_sends_an_empty_frame(
    server: Server, message: str | bytes
) -> None:
    """An empty message is dropped on its way to the client, by Daphne only."""
    with connect(server.url + "well/", proxy=None) as websocket:
        websocket.send(message)
        websocket.send("after")
        first = websocket.recv(timeout=TIMEOUT)
    assert first == ("after" if server.name == "daphne" else message)


def test_daphne_takes_no_message_over_one_mebibyte(server: Server) -> None:
    """One byte more ends the connection without a close frame, on Daphne only."""
    with connect(server.url + "well/", proxy=None, max_size=2**22) as websocket:
        websocket.send("x" * 2**20)
        assert len(websocket.recv(timeout=TIMEOUT)) == 2**20
        if server.name == "uvicorn":
            websocket.send("x" * (2**20 + 1))
            assert len(websocket.recv(timeout=TIMEOUT)) == 2**20 + 1
            return
        with pytest.raises(ConnectionClosed) as closed:
            websocket.send("x" * (2**20 + 1))
            websocket.recv(timeout=TIMEOUT)
    assert closed.value.rcvd is None


def test_one_connection_is_handled_one_event_at_a_time(server: Server) -> None:
    """A quick message behind a slow one waits for it, on both servers."""
    with connect(server.url + "slow/", proxy=None) as websocket:
        for text in "abc":
            websocket.send(text)
        assert [websocket.recv(timeout=TIMEOUT) for _ in "abc"] == ["a", "b", "c"]
