"""Daphne and uvicorn as one deploys them: their options, and how they end."""

import asyncio
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio import client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from course.book.compare_servers import APPLICATION
from course.tests.deployment import DAPHNE, TIMEOUT, UVICORN, Process, ending

FORGED = {"X-Forwarded-For": "192.0.2.7"}
LIMIT = 1000  # bytes
COMMANDS = {
    "daphne": DAPHNE,
    "uvicorn": UVICORN,
    "daphne told": (
        *DAPHNE,
        "--proxy-headers",
        "--websocket_timeout=1",
        f"--websocket-max-message-size={LIMIT}",
        f"--websocket-max-frame-size={LIMIT}",
    ),
    "uvicorn told": (
        *UVICORN,
        "--forwarded-allow-ips=192.0.2.1",
        "--timeout-graceful-shutdown=1",
        f"--ws-max-size={LIMIT}",
    ),
    "daphne tls": (
        "daphne",
        "-e",
        "ssl:0:interface=127.0.0.1:privateKey={0}/server.key:certKey={0}/server.pem",
    ),
    "uvicorn tls": (
        *UVICORN,
        "--ssl-keyfile={0}/server.key",
        "--ssl-certfile={0}/server.pem",
    ),
}
Servers = dict[str, Process]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what python -m trustme writes."""
    folder: Path = tmp_path_factory.mktemp("certificate")
    subprocess.run([sys.executable, "-m", "trustme", "-q"], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def servers(certificate: Path) -> Iterator[Servers]:
    """The application that echoes, on each server as it is and with options."""
    started = {
        name: Process(
            tuple(word.format(certificate) for word in words), application=APPLICATION
        )
        for name, words in COMMANDS.items()
    }
    with ending(*started.values()):
        yield started


def ends(server: Process, path: str) -> ConnectionClosed:
    """Return what a client sees of it when a server is ended by SIGTERM."""
    with server.connect(path) as websocket:
        websocket.send("hello")
        websocket.recv(timeout=TIMEOUT)
        server.process.terminate()
        with pytest.raises(ConnectionClosed) as closed:
            websocket.recv(timeout=TIMEOUT)
    return closed.value


@pytest.mark.parametrize("name", ["daphne", "uvicorn"])
async def test_a_certificate_of_ones_own_is_enough_for_wss(
    servers: Servers, certificate: Path, name: str
) -> None:
    """Each server speaks TLS itself, with a certificate that trustme has signed. Who
    does not trust trustme's authority, whose key is not stored, does not connect.
    """
    files = {path.name for path in certificate.iterdir()}
    assert files == {"server.pem", "server.key", "client.pem"}
    url = f"wss://localhost:{servers[f'{name} tls'].port}/well/"
    trusting = ssl.create_default_context(cafile=certificate / "client.pem")
    async with asyncio.timeout(TIMEOUT):
        async with client.connect(url, proxy=None, ssl=trusting) as websocket:
            await websocket.send("over TLS")
            assert await websocket.recv() == "over TLS"
        with pytest.raises(ssl.SSLCertVerificationError):
            await client.connect(url, proxy=None)


@pytest.mark.parametrize("name", ["daphne told", "uvicorn told"])
def test_both_can_be_told_how_long_a_message_may_be(
    servers: Servers, name: str
) -> None:
    """Each by an option of its own: one byte more ends the connection."""
    with servers[name].connect("well/") as websocket:
        websocket.send(LIMIT * "x")
        assert len(websocket.recv(timeout=TIMEOUT)) == LIMIT
        websocket.send((LIMIT + 1) * "x")
        with pytest.raises(ConnectionClosed):
            websocket.recv(timeout=TIMEOUT)


def test_daphne_closes_a_socket_of_a_certain_age(servers: Servers) -> None:
    """--websocket_timeout: 1000, however busy it is. The default is a day."""
    with servers["daphne told"].connect("well/") as websocket:
        try:
            while True:
                websocket.send("busy")
                websocket.recv(timeout=TIMEOUT)
        except ConnectionClosed as closed:
            rcvd = closed.rcvd
    assert rcvd is not None
    assert rcvd.code == 1000


def test_daphne_asks_for_the_client_only_if_told(servers: Servers) -> None:
    """Without --proxy-headers the client is the proxy; with it, whoever is named in
    X-Forwarded-For, by anybody.
    """
    assert told(servers["daphne"]) == "127.0.0.1"
    assert told(servers["daphne told"]) == "192.0.2.7"


def test_uvicorn_believes_those_it_was_told_of(servers: Servers) -> None:
    """X-Forwarded-For counts if it comes from 127.0.0.1, or from an address that
    --forwarded-allow-ips names instead.
    """
    assert told(servers["uvicorn"]) == "192.0.2.7"
    assert told(servers["uvicorn told"]) == "127.0.0.1"


def told(server: Process) -> str:
    """Return who a server takes a client for that says it is somebody else."""
    url = f"ws://127.0.0.1:{server.port}/tells/"
    with connect(url, proxy=None, additional_headers=FORGED) as websocket:
        return str(websocket.recv(timeout=TIMEOUT)).split()[0]


def test_daphne_drops_its_sockets_at_sigterm(servers: Servers) -> None:
    """It ends at once: its clients see the TCP connection end without a close frame,
    and its consumers get no disconnect.
    """
    server = servers["daphne"]
    assert ends(server, "well/").rcvd is None
    server.process.wait(TIMEOUT)
    server.reader.join()
    assert "seen well disconnect" not in server.log


@pytest.mark.parametrize("name", ["uvicorn", "uvicorn told"])
def test_uvicorn_says_1012_at_sigterm_and_waits(servers: Servers, name: str) -> None:
    """Each consumer gets its disconnect. For one that does not end uvicorn waits: for
    ever, unless --timeout-graceful-shutdown says how long.
    """
    server = servers[name]
    with server.connect("stays-on/"):
        closed = ends(server, "well/")
    assert closed.rcvd is not None
    assert closed.rcvd.code == 1012
    server.wait_for("seen well disconnect 1012")
    server.wait_for("Waiting for background tasks")
    if name == "uvicorn told":
        server.process.wait(TIMEOUT)
        server.wait_for("timeout graceful shutdown exceeded")
    else:
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(2)
