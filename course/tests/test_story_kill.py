"""Stories that kill a server, and that ask a database."""

import io
import sys
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pytest
from rich.console import Console

from course.demo import play
from course.environment import ROOT
from course.errors import ExpectationFailed
from course.stages import find, load
from course.story import Story

if sys.platform == "win32":
    pytest.skip("there is no Valkey for Windows", allow_module_level=True)

RED = "/ws/chat/red/"
TABLES = (
    "from django.db import connection, transaction; run = connection.cursor().execute; "
    "run('CREATE TABLE chat_room (id integer)')"
)
ROWS = (
    "from django.db import connection, transaction; run = connection.cursor().execute; "
    "transaction.set_autocommit(False); run('INSERT INTO chat_room VALUES (1), (2)'); "
    "run('SELECT * FROM django_session'); transaction.commit()"
)
Tell = Callable[[Story], Awaitable[None]]
Play = Callable[..., Awaitable[list[str]]]

pytestmark = pytest.mark.usefixtures("valkey")  # where there can be none: skipped


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Play a story on a stage, and return the lines of its transcript."""

    async def run(number: int, tell: Tell, **script: bool) -> list[str]:
        script_of = SimpleNamespace(
            BROWSERS=("alice", "bob"), SERVERS=2, VALKEY=True, play=tell, **script
        )
        monkeypatch.setattr("course.demo.load_story", lambda stage: script_of)
        out = io.StringIO()
        console = Console(file=out, width=100, color_system=None)
        stage = find(load(ROOT), number)
        status = await play(stage, 0, None, stay=False, console=console)
        assert status == 0, out.getvalue()
        return [" ".join(line.split()) for line in out.getvalue().splitlines()]

    return run


async def test_a_server_is_killed(played: Play) -> None:
    """Its browser's connection breaks, and goes on at the other server; then it is
    back. The other server's connections stay."""

    async def tell(story: Story) -> None:
        alice, bob = story.browser("alice"), story.browser("bob", server=2)
        await story.restart(REDIS_URL=story.redis_url)
        async with story.unseen():
            await alice.connect(RED)
            await bob.connect(RED)
            await bob.expect_type("welcome")
            await bob.expect_type("user_join")
            await bob.hears("user.join")
            await bob.expect_type("user_list")
        await story.say("Server 2 is killed.")
        await story.kill_server(2)
        await bob.expect_lost()
        await story.say("bob is back.")
        story.leave_out("new_channel", "group_add", "group_send", "send")
        await bob.connect(f"{RED}?after=1", server=1)
        await story.start_server(2)
        with pytest.raises(ExpectationFailed, match="^alice got welcome"):
            alice.expect_nothing()
        await bob.close()
        with pytest.raises(ExpectationFailed, match="^bob was closed with 1000, not"):
            await bob.expect_lost()
        await bob.connect(RED, server=2)

    lines = await played(4, tell)
    first, second = (lines.index(line) for line in lines if line[:2] in ("1.", "2."))
    killed, lost = (line for line in lines[first + 3 : second] if line)
    assert killed == "2 killed (kill -9)"
    assert lost.startswith("lost: 1006 ◀─") and lost.endswith("─ 2")
    rest = lines[second + 3 :]
    back = next(line for line in rest if line.startswith("connect ?after=1 ─"))
    assert back.endswith("▶ 1 websocket.connect loop")
    assert rest.index("2 started") < rest.index(
        next(line for line in rest if line.endswith("2 websocket.connect loop"))
    )


@pytest.mark.parametrize("sql", [True, False])
async def test_sql_is_shown_to_stories_that_want_it(played: Play, sql: bool) -> None:
    """What a command runs on the stage's own tables has a column, or no row at all."""

    async def tell(story: Story) -> None:
        story.browser("alice")
        await story.stage.servers.run(["shell", "--command", TABLES])
        await story.say("A command.")
        if sql:
            await story.manage("shell", "--command", ROWS)
        else:
            await story.stage.servers.run(["shell", "--command", ROWS])

    lines = await played(5, tell, DATABASE=True, SQL=sql)
    shown = [line.split("▶ ")[-1] for line in lines if line.startswith("manage.py ")]
    assert shown == (["BEGIN", "INSERT 2 rooms", "COMMIT"] if sql else [])
    assert any(line.endswith("layer SQL") for line in lines) == sql


async def test_a_statement_that_never_comes_is_a_sentence(
    played: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A story waits for it, but not for ever."""
    monkeypatch.setattr("course.backstage.PATIENCE", 0.01)

    async def tell(story: Story) -> None:
        story.browser("alice")
        await story.say("Nothing.")
        with pytest.raises(ExpectationFailed, match="^Server 2 never ran COMMIT"):
            await story.ran("COMMIT", server=2)

    await played(5, tell, DATABASE=True, SQL=True)
