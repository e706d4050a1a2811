"""The processes of a demo: several servers, their environment, and commands."""

import asyncio
import http.client
import subprocess
import sys
from collections.abc import AsyncIterator, Callable

import pytest

from course.environment import ROOT
from course.errors import CourseError, ExpectationFailed
from course.server import SERVE
from course.servers import Servers
from course.stages import find, load
from course.wire.events import Event

Start = Callable[..., Servers]


@pytest.fixture
async def events() -> "asyncio.Queue[Event]":
    """What the servers report."""
    return asyncio.Queue()


@pytest.fixture
async def start(events: "asyncio.Queue[Event]") -> AsyncIterator[Start]:
    """Begin to start the servers of a stage, which are stopped after the test."""
    loop = asyncio.get_running_loop()
    started: list[Servers] = []

    def begin(number: int, redis_url: str = "") -> Servers:
        def on_event(event: Event) -> None:
            loop.call_soon_threadsafe(events.put_nowait, event)

        stage = find(load(ROOT), number)
        started.append(Servers(stage, 0, on_event, {}, redis_url))
        return started[-1]

    yield begin
    for servers in started:
        servers.stop()


def get(port: int) -> int:
    """Ask for the page, and return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/")
    status = connection.getresponse().status
    connection.close()
    return status


async def test_each_server_has_its_port_and_its_number(
    start: Start, events: "asyncio.Queue[Event]"
) -> None:
    """What a server reports says which one it is."""
    servers = start(1)
    await servers.complete(2, redis=False)
    assert servers.port_of(1) != servers.port_of(2)
    for number in (2, 1):
        assert await asyncio.to_thread(get, servers.port_of(number)) == 200
        assert (await events.get()).server == number
        while (await events.get()).kind != "end":
            pass


async def test_a_restart_is_one_of_all_servers(start: Start) -> None:
    """Every process is a new one, and every old one has ended."""
    servers = start(1)
    await servers.complete(2, redis=False)
    before = [server.process for server in servers.servers]
    await servers.restart("", {})
    assert [process.poll() is None for process in before] == [False, False]
    for number in (1, 2):
        assert await asyncio.to_thread(get, servers.port_of(number)) == 200


async def test_a_server_that_has_caught_up_says_so(
    start: Start, events: "asyncio.Queue[Event]"
) -> None:
    """Its word comes after the report of all that it did before."""
    servers = start(1)
    await servers.complete(1, redis=False)
    await asyncio.to_thread(get, servers.port_of(1))
    servers.servers[0].catch_up()
    kinds = []
    while "caught up" not in kinds:
        kinds.append((await events.get()).kind)
    assert kinds.count("up") == 1


def test_a_server_that_nobody_listens_to_ends() -> None:
    """A demo may be killed right after it asked a server something."""
    stage = find(load(ROOT), 1)
    process = subprocess.Popen(
        [sys.executable, *SERVE, str(stage.path), "0", ""],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None and process.stdout is not None
    assert b"listening" in process.stdout.readline()
    process.stdout.close()
    process.stdin.write(b"\n")
    process.stdin.flush()
    process.wait(10)
    process.stdin.close()


async def test_the_users_redis_is_not_the_servers(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REDIS_URL reaches a server if the story says so, not from the user's shell."""
    # A command with a layer in memory refuses; with a Redis it would try to connect.
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:9")
    servers = start(4)
    with pytest.raises(ExpectationFailed, match="manage.py announce failed: .*memory"):
        await servers.run(["announce", "hello"])
    servers.environment = {"REDIS_URL": "redis://127.0.0.1:9"}
    with pytest.raises(ExpectationFailed, match="manage.py announce failed: "):
        await servers.run(["announce", "hello"])


@pytest.mark.usefixtures("valkey")
async def test_a_valkey_is_started_if_the_user_names_no_redis(start: Start) -> None:
    """The demo's own has an address; the user's is taken as it is."""
    own = start(1)
    await own.complete(1, redis=True)
    assert own.valkey is not None
    assert own.redis_url == own.valkey.url
    users = start(1, redis_url="redis://example.org")
    await users.complete(1, redis=True)
    assert users.valkey is None


async def test_a_server_that_does_not_start_is_a_sentence(start: Start) -> None:
    """So is the second one."""
    servers = start(1)
    servers.environment = {"DJANGO_SETTINGS_MODULE": "missing"}
    with pytest.raises(CourseError, match="^gs1_basic did not start: .*missing"):
        await servers.complete(2, redis=False)


async def test_one_server_is_killed_and_the_other_lives_on(
    start: Start, events: "asyncio.Queue[Event]"
) -> None:
    """What it has reported comes before its end; nobody waits for it any more."""
    servers = start(1)
    await servers.complete(2, redis=False)
    await asyncio.to_thread(get, servers.port_of(2))
    await servers.kill(2)
    kinds = []
    while "process" not in kinds:
        event = await events.get()
        assert event.server == 2
        kinds.append(event.kind)
    assert kinds.count("up") == 1
    assert event.text == "killed (kill -9)"
    assert servers.living == servers.servers[:1]
    assert await asyncio.to_thread(get, servers.port_of(1)) == 200
    with pytest.raises(ConnectionRefusedError):
        await asyncio.to_thread(get, servers.port_of(2))


async def test_a_killed_server_comes_back_at_its_port(start: Start) -> None:
    """It is started as it was before, and can be killed again."""
    servers = start(1)
    await servers.complete(2, redis=False)
    await servers.restart("time_sleep", {"TICK": "0.5"})
    ports = [servers.port_of(number) for number in (1, 2)]
    for number in (1, 2, 2):
        dead = servers.servers[number - 1]
        await servers.kill(number)
        await servers.revive(number)
        alive = servers.servers[number - 1]
        assert dead.process.poll() is not None and alive.process.poll() is None
        assert isinstance(alive.process.args, list)
        assert alive.process.args[-1] == "time_sleep"
    assert [servers.port_of(number) for number in (1, 2)] == ports
    for port in ports:
        assert await asyncio.to_thread(get, port) == 200
