"""What the doctor finds in the handlers of somebody's consumers."""

from pathlib import Path
from textwrap import dedent, indent

import pytest

from course.doctor.findings import Finding
from course.tests.channels_project import examine, only, write_consumer, write_project

HEAD = """
import subprocess
import time
import urllib.request

import requests
from asgiref.sync import async_to_sync, sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer, WebsocketConsumer
from channels.layers import get_channel_layer
from .models import Room


class Chat(AsyncWebsocketConsumer):
    async def chat_message(self, event):
        await self.send(event["text"])

"""
FIRST = HEAD.count("\n")  # the line after it: the first one is not written
NOT_AWAITED = "coroutine-inmemorychannellayergroup_{}-was-never-awaited"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without a mistake."""
    return write_project(tmp_path)


def found(project: Path, methods: str, base: str = "Async") -> list[Finding]:
    """Return what is found in a consumer that has these methods besides one handler."""
    head = (
        HEAD
        if base == "Async"
        else HEAD.replace("(Async", "(")
        .replace("async def", "def")
        .replace("await ", "")
    )
    text = head + indent(dedent(methods).strip("\n"), "    ") + "\n"
    write_consumer(project, text)
    return examine(project)


@pytest.mark.parametrize(
    "call",
    [
        "time.sleep(1)",
        "requests.get('https://example.com')",
        "urllib.request.urlopen('https://example.com')",
        "subprocess.run(['true'])",
        "subprocess.check_output(['true'])",
    ],
)
def test_a_call_blocks_the_loop(project: Path, call: str) -> None:
    """Consumer, handler, file and line are named."""
    methods = f"async def receive(self, text_data=None, bytes_data=None):\n    {call}\n"
    (finding,) = found(project, methods)
    assert finding.entry == "everything-freezes-while-one-async-handler-works"
    assert finding.symptom == "Everybody waits while Chat.receive() works"
    assert f"chat/consumers.py:{FIRST + 1}: {call.partition('(')[0]}()" in finding.cause


@pytest.mark.parametrize(
    "body",
    [
        "await sync_to_async(time.sleep)(1)",
        "def wait():\n    time.sleep(1)\nawait sync_to_async(wait)()",
        "time = self.clock\ntime.sleep(1)",
        "await sync_to_async(lambda: requests.get('https://example.com'))()",
        "open('/etc/hostname').close()",
    ],
)
def test_what_runs_in_a_thread_blocks_nobody(project: Path, body: str) -> None:
    """Nor does what only has the name of a module, nor a file that is opened."""
    head = "async def receive(self, text_data=None, bytes_data=None):\n"
    assert found(project, head + indent(body, "    ")) == []


def test_a_sync_handler_may_wait(project: Path) -> None:
    """It has a thread."""
    head = "def receive(self, text_data=None, bytes_data=None):\n"
    assert found(project, head + "    time.sleep(1)", base="") == []


@pytest.mark.parametrize(
    "body",
    [
        "Room.objects.get(name='red')",
        "Room.objects.create(name='red')",
        "Room.objects.filter(name='red').order_by('name').first()",
        "await database_sync_to_async(Room.objects.get(name='red'))()",
        "room = Room(name='red')\nroom.save()",
        "names = [room.name for room in Room.objects.all()]",
        "rooms = list(Room.objects.filter(name='red'))",
    ],
)
def test_a_query_in_an_async_handler(project: Path, body: str) -> None:
    """The ORM does not do that: it raises SynchronousOnlyOperation."""
    (finding,) = found(
        project,
        "async def connect(self):\n    await self.accept()\n" + indent(body, "    "),
    )
    assert finding.symptom.startswith("SynchronousOnlyOperation")
    assert "Chat.connect()" in finding.cause


@pytest.mark.parametrize(
    "body",
    [
        "await Room.objects.aget(name='red')",
        "await database_sync_to_async(Room.objects.get)(name='red')",
        "rooms = Room.objects.filter(name='red')",
        "names = [room.name async for room in Room.objects.all()]",
        "await self.rooms.objects.get(name='red')",
        "def find():\n    return list(Room.objects.all())\n"
        "await database_sync_to_async(find)()",
    ],
)
def test_a_query_that_waits_elsewhere(project: Path, body: str) -> None:
    """In a thread, by Django's async methods, or not yet at all."""
    text = "async def connect(self):\n    await self.accept()\n" + indent(body, "    ")
    assert found(project, text) == []


@pytest.mark.parametrize(
    ("call", "entry"),
    [
        ("self.send('hello')", "coroutine-asyncconsumersend-was-never-awaited"),
        (
            "self.channel_layer.group_add('a', self.channel_name)",
            NOT_AWAITED.format("add"),
        ),
        (
            "self.channel_layer.group_send('a', {'type': 'chat.message'})",
            NOT_AWAITED.format("send"),
        ),
        (
            "self.channel_layer.group_discard('a', self.channel_name)",
            "who-has-gone-is-still-in-the-group",
        ),
        (
            "get_channel_layer().group_send('a', {'type': 'chat.message'})",
            NOT_AWAITED.format("send"),
        ),
    ],
)
def test_a_coroutine_is_not_awaited(project: Path, call: str, entry: str) -> None:
    """What nobody awaits is not done."""
    (finding,) = found(
        project, f"async def connect(self):\n    await self.accept()\n    {call}"
    )
    assert finding.entry == entry
    assert f"chat/consumers.py:{FIRST + 2}: " in finding.cause
    assert "connect()" in finding.cause
    assert finding.remedy.startswith("await ")


def test_a_coroutine_of_its_own_is_not_awaited(project: Path) -> None:
    """The same for a method that the consumer, or a class above it, has written."""
    text = """
    async def connect(self):
        await self.accept()
        self.greet()

    async def greet(self):
        await self.send("hello")
    """
    (finding,) = found(project, text)
    assert "self.greet() in Chat.connect() is not awaited" in finding.cause


def test_an_accept_of_its_own_is_not_awaited(project: Path) -> None:
    """A coroutine that overrides one of Channels is one, too."""
    text = """
    async def connect(self):
        self.accept()

    async def accept(self, subprotocol=None):
        await super().accept(subprotocol)
    """
    (finding,) = found(project, text)
    assert "self.accept() in Chat.connect() is not awaited" in finding.cause


def test_a_coroutine_in_a_task_is_awaited(project: Path) -> None:
    """Whoever keeps what a call returns may await it later."""
    text = """
    async def connect(self):
        await self.accept()
        later = self.send("hello")
        await later
    """
    assert found(project, text) == []


def test_a_method_of_its_own_may_be_sync(project: Path) -> None:
    """A consumer that has a send() of its own knows better."""
    text = """
    async def connect(self):
        await self.accept()
        self.send("hello")

    def send(self, text):
        self.texts.append(text)
    """
    handler = "async def chat_message"
    write_consumer(
        project,
        HEAD.replace("await self.send", "self.send")
        + indent(dedent(text).strip("\n"), "    ")
        + "\n",
    )
    assert handler in HEAD
    assert examine(project) == []


def test_async_to_sync_is_missing(project: Path) -> None:
    """In a sync consumer the methods of the layer are to be wrapped."""
    text = """
    def connect(self):
        self.channel_layer.group_add("red", self.channel_name)
        self.accept()
    """
    (finding,) = found(project, text, base="")
    assert finding.entry == NOT_AWAITED.format("add")
    assert finding.remedy == "async_to_sync(self.channel_layer.group_add)(...)"


def test_async_to_sync_is_one_too_many(project: Path) -> None:
    """In an async consumer it raises."""
    text = """
    async def connect(self):
        async_to_sync(self.channel_layer.group_add)("red", self.channel_name)
        await self.accept()
    """
    (finding,) = found(project, text)
    assert finding.entry.startswith("you-cannot-use-asynctosync")


def test_nobody_accepts(project: Path) -> None:
    """connect() is overridden, and neither accepts nor closes."""
    (finding,) = found(project, "async def connect(self):\n    self.messages = []")
    assert finding.entry == "the-handshake-is-not-answered"
    assert f"chat/consumers.py:{FIRST}: Chat.connect()" in finding.cause


@pytest.mark.parametrize(
    "body",
    [
        "await super().connect()",
        "await self.close()",
        "await self.enter()\n\nasync def enter(self):\n    await self.accept()",
        "await greet(self)",
        "raise DenyConnection",
    ],
)
def test_somebody_may_accept(project: Path, body: str) -> None:
    """Through the class above, another method, a function; or it refuses."""
    first, _, rest = body.partition("\n\n")
    text = f"async def connect(self):\n    {first}\n\n{rest}"
    assert found(project, text) == []


@pytest.mark.parametrize(
    "body",
    [
        "await self.channel_layer.group_send('a', {'type': 'chat.mesage'})",
        "event = {'type': 'chat.mesage', 'text': 'hello'}\n"
        "await self.channel_layer.group_send('a', event)",
        "await get_channel_layer().group_send('a', {'type': 'chat_mesage'})",
    ],
)
def test_an_event_has_no_handler(project: Path, body: str) -> None:
    """The type names a method that nobody has."""
    text = "async def connect(self):\n    await self.accept()\n" + indent(body, "    ")
    (finding,) = found(project, text)
    assert finding.entry == "no-handler-for-message-type-chatmessage"
    assert "no method chat_mesage" in finding.cause


@pytest.mark.parametrize(
    "body",
    [
        "await self.channel_layer.group_send('a', {'type': self.kind})",
        "await self.channel_layer.group_send('a', {'type': 'chat.mesage', **event})",
        "event = {'type': 'chat.mesage'}\nevent['type'] = 'chat.message'\n"
        "await self.channel_layer.group_send('a', event)",
    ],
)
def test_a_type_that_is_not_sure(project: Path, body: str) -> None:
    """Nothing is said of an event whose type may be another."""
    text = "async def receive(self, text_data=None, bytes_data=None):\n"
    assert found(project, text + indent(body, "    ")) == []


def test_a_class_from_elsewhere_may_have_the_handler(project: Path) -> None:
    """What is not known of a class above may handle and accept anything."""
    text = HEAD.replace("Chat(Async", "Chat(Mixin, Async").replace(
        "import time\n", "import time\nfrom elsewhere import Mixin\n"
    )
    event = "{'type': 'chat.mesage'}"
    text += f"""    async def connect(self):
        await self.channel_layer.group_send("a", {event})
"""
    write_consumer(project, text)
    assert examine(project) == []


def test_a_handler_is_of_the_wrong_kind(project: Path) -> None:
    """A plain function cannot be awaited by an async consumer."""
    text = (
        "def receive(self, text_data=None, bytes_data=None):\n    self.text = text_data"
    )
    (finding,) = found(project, text)
    assert finding.entry == "object-nonetype-cant-be-used-in-await-expression"


def test_a_coroutine_in_a_sync_consumer_does_not_run(project: Path) -> None:
    """Nobody awaits it there."""
    text = "async def receive(self, text_data=None, bytes_data=None):\n    pass"
    (finding,) = found(project, text, base="")
    assert finding.entry.startswith("coroutine-asynchandler")


def test_a_consumer_may_be_built_on_another(project: Path) -> None:
    """The base may stand in another file, and be imported by another name."""
    (project / "chat" / "base.py").write_text(
        "from channels.generic import websocket\n\n\n"
        "class Base(websocket.AsyncWebsocketConsumer):\n    pass\n"
    )
    write_consumer(
        project,
        "import time as clock\n\nfrom . import base as ours\n\n\n"
        "class Chat(ours.Base):\n    async def connect(self):\n"
        "        clock.sleep(1)\n        await self.accept()\n\n"
        "    async def chat_message(self, event):\n        pass\n",
    )
    assert "Chat.connect()" in only(project).symptom
