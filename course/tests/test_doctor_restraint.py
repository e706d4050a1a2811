"""What the doctor does not say of somebody's project, because it is not sure."""

from pathlib import Path

import pytest

from course.doctor.project import source
from course.tests.channels_project import (
    examine,
    only,
    write,
    write_consumer,
    write_project,
)
from course.tests.conftest import change

HANDLES = "    async def chat_message(self, event):\n        pass\n\n"
IMPORTS = "from channels.generic.websocket import AsyncWebsocketConsumer\n"
CLASS = f"\n\nclass Chat(AsyncWebsocketConsumer):\n{HANDLES}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without a mistake."""
    return write_project(tmp_path / "project")


@pytest.fixture
def without_daphne(project: Path) -> Path:
    """A project whose settings do not name daphne."""
    change(project / "mysite/settings.py", '    "daphne",\n', "")
    return project


def append(path: Path, text: str) -> None:
    """Write more at the end of a file."""
    path.write_text(path.read_text() + text)


@pytest.mark.parametrize(
    "text",
    [
        "from secrets_of_the_house import *\n",
        'exec(open("/etc/mysite.py").read())\n',
        'globals().update(INSTALLED_APPS=["other"])\n',
    ],
)
def test_settings_that_come_from_elsewhere(without_daphne: Path, text: str) -> None:
    """daphne may be there."""
    append(without_daphne / "mysite/settings.py", text)
    assert examine(without_daphne) == []


@pytest.mark.parametrize(
    "text",
    [
        "import sys\nload(sys.modules[__name__])\n",
        "class Dev(Configuration):\n    INSTALLED_APPS = APPS\n",
    ],
)
def test_settings_that_are_made_in_another_way(project: Path, text: str) -> None:
    """By dynaconf or django-configurations: what is missing may be in them."""
    write(project, "mysite/settings.py", text)
    assert examine(project) == []


def test_a_layer_in_a_file_that_is_loaded_somehow(project: Path) -> None:
    """Some code of the project speaks of CHANNEL_LAYERS: it may be the settings'."""
    settings = project / "mysite/settings.py"
    content = settings.read_text()
    start = content.index("CHANNEL_LAYERS")
    settings.write_text(content[:start])
    assert "CHANNEL_LAYERS is not set" in only(project).cause
    write(project, "mysite/layers.py", content[start:])
    assert examine(project) == []


def test_a_runserver_of_its_own(without_daphne: Path) -> None:
    """It may know WebSockets."""
    write(without_daphne, "chat/management/commands/runserver.py", "")
    assert examine(without_daphne) == []


def test_daphne_that_is_added_behind_is_known(project: Path) -> None:
    """A list that is made of itself is read in its order: this is no restraint."""
    settings = project / "mysite/settings.py"
    change(settings, '    "daphne",\n', "")
    append(settings, 'INSTALLED_APPS = [*INSTALLED_APPS, "daphne"]\n')
    assert "daphne.E001" in only(project).symptom


def test_channels_2_wants_the_class(project: Path) -> None:
    """as_asgi() came with Channels 3."""
    change(project / "chat/routing.py", ".as_asgi()", "")
    (project / "requirements.txt").write_text("channels~=2.4\n")
    assert examine(project) == []


def test_an_origin_that_is_looked_at_by_hand(project: Path) -> None:
    """Some code asks for the header."""
    asgi = project / "mysite/asgi.py"
    change(asgi, "AllowedHostsOriginValidator(\n", "(\n")
    append(
        asgi, "\n\ndef origin(scope):\n    return dict(scope['headers'])[b'origin']\n"
    )
    assert examine(project) == []


def early(project: Path, text: str, before: str = "") -> None:
    """Import a module of this text at the top of asgi.py."""
    write(project, "chat/early.py", text)
    line = f"import os\n{before}from chat import early\n"
    change(project / "mysite/asgi.py", "import os\n", line)


def test_an_import_that_may_fail(project: Path) -> None:
    """Whoever writes try may be ready for it."""
    early(project, "try:\n    from .models import Room\nexcept Exception:\n    pass\n")
    assert examine(project) == []


def test_settings_can_be_read_once_the_environment_names_them(project: Path) -> None:
    """They need no apps; before that they cannot be read."""
    text = "from django.conf import settings\n\nLIMIT = settings.LIMIT\n"
    named = 'os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"\n'
    early(project, text, before=named)
    assert examine(project) == []
    change(project / "mysite/asgi.py", named, "")
    assert "chat/early.py:3 reads settings.LIMIT" in only(project).cause


def test_an_import_for_types_alone(project: Path) -> None:
    """It is not executed."""
    text = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
    early(project, f"{text}    from .models import Room\n")
    assert examine(project) == []


def test_a_base_whose_heirs_accept(project: Path) -> None:
    """Nobody connects to the base itself."""
    text = f"{IMPORTS}{CLASS}    async def connect(self):\n        self.texts = []\n"
    heir = "\n\nclass Heir(Chat):\n    async def connect(self):\n"
    heir += "        await super().connect()\n        await self.accept()\n"
    write_consumer(project, text + heir)
    assert examine(project) == []


def test_a_method_that_is_not_there(project: Path) -> None:
    """send_json() of a consumer that knows no JSON is another mistake."""
    text = "    async def receive(self, text_data=None, bytes_data=None):\n"
    write_consumer(project, f"{IMPORTS}{CLASS}{text}        self.send_json({{}})\n")
    assert examine(project) == []


def test_a_handler_with_a_decorator(project: Path) -> None:
    """It may make a coroutine of a plain function."""
    text = "    @sync_to_async\n    def receive(self, text_data=None):\n        pass\n"
    head = f"from asgiref.sync import sync_to_async\n{IMPORTS}"
    write_consumer(project, f"{head}{CLASS}{text}")
    assert examine(project) == []


def test_an_event_for_a_method_of_channels(project: Path) -> None:
    """The classes of Channels have handlers, too."""
    change(project / "chat/views.py", "chat.message", "websocket.receive")
    assert examine(project) == []


@pytest.mark.parametrize("name", ["__getattr__", "dispatch", "get_handler_name"])
def test_a_consumer_that_finds_its_handlers_otherwise(project: Path, name: str) -> None:
    """The type of an event may lead it to any method."""
    change(project / "chat/views.py", "chat.message", "chat.other")
    assert "chat_other" in only(project).cause
    text = f"\n    def {name}(self, name):\n        return self.answer\n"
    append(project / "chat/consumers.py", text)
    assert examine(project) == []


def test_a_method_with_a_decorator_may_be_called(project: Path) -> None:
    """The decorator may start it."""
    text = "    async def receive(self, text_data=None, bytes_data=None):\n"
    text += "        self.tick()\n\n    @in_background\n    async def tick(self):\n"
    head = f"from .tasks import in_background\n{IMPORTS}"
    write_consumer(project, f"{head}{CLASS}{text}        pass\n")
    assert examine(project) == []


def test_an_event_that_is_changed_before_it_is_sent(project: Path) -> None:
    """Its type may be another by then."""
    views = project / "chat/views.py"
    change(views, '"chat.message", "message"', '"chat.other", "message"')
    assert "chat_other" in only(project).cause
    change(
        views,
        "    async_to_sync",
        '    event["type"] = "chat.message"\n    async_to_sync',
    )
    assert examine(project) == []


def test_a_layer_of_its_own(project: Path) -> None:
    """What its methods return, nobody knows."""
    text = "    channel_layer = None\n\n    async def receive(self, text_data=None):\n"
    call = "        self.channel_layer.group_add('red', self.channel_name)\n"
    write_consumer(project, f"{IMPORTS}{CLASS}{text}{call}")
    assert examine(project) == []


def ask(project: Path) -> None:
    """Have a handler ask the database by itself."""
    text = "    async def receive(self, text_data=None, bytes_data=None):\n"
    call = "        Room.objects.get(name='red')\n"
    write_consumer(project, f"{IMPORTS}from .models import Room\n{CLASS}{text}{call}")


def test_a_manager_of_its_own(project: Path) -> None:
    """Its get() may be anything."""
    ask(project)
    assert "Chat.receive()" in only(project).cause
    models = project / "chat/models.py"
    append(models, "    objects = AsyncManager()\n")
    assert examine(project) == []


def test_a_project_that_allows_it(project: Path) -> None:
    """Django's own way out of SynchronousOnlyOperation."""
    ask(project)
    line = 'import os\n\nos.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"\n'
    append(project / "mysite/settings.py", line)
    assert examine(project) == []


def block(name: str) -> str:
    """Return a consumer that calls what may be time.sleep()."""
    text = "    async def receive(self, text_data=None, bytes_data=None):\n"
    return f"{IMPORTS}{CLASS}{text}        {name}(1)\n"


def test_a_name_that_is_imported_twice(project: Path) -> None:
    """Which of the two it is depends."""
    both = "try:\n    from house import sleep\nexcept ImportError:\n"
    write_consumer(project, f"{both}    from time import sleep\n{block('sleep')}")
    assert examine(project) == []
    write_consumer(project, f"from time import sleep\n{block('sleep')}")
    assert "Chat.receive()" in only(project).symptom


def test_a_test_may_be_wrong_on_purpose(project: Path) -> None:
    """Files of tests are not read."""
    for name in ("tests.py", "test_chat.py", "conftest.py"):
        write(project, f"chat/{name}", f"import time\n{block('time.sleep')}")
    assert examine(project) == []


def test_a_backslash_in_a_text_is_none_of_its_business(project: Path) -> None:
    r"""Python warns of "\d", and the doctor does not pass that on."""
    write(project, "chat/digits.py", 'DIGITS = "\\d"\n')
    assert examine(project) == []


def test_a_file_that_is_too_large_is_not_read(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in it is not known, so nothing is missing."""
    change(project / "chat/views.py", "chat.message", "chat.other")
    write(project, "chat/large.py", f"TEXT = '{'x' * 5000}'\n")
    assert "chat_other" in only(project).cause
    monkeypatch.setattr(source, "LARGEST", 5000)
    assert examine(project) == []


def test_apps_in_a_folder_on_the_path(project: Path) -> None:
    """Some projects put a folder of their apps on Python's path: they are found."""
    apps = project / "apps"
    apps.mkdir()
    (project / "chat").rename(apps / "chat")
    assert examine(project) == []
    change(apps / "chat" / "routing.py", "from . import", "from chat import")
    change(apps / "chat" / "routing.py", ".as_asgi()", "")
    assert "apps/chat/routing.py:5" in only(project).cause
