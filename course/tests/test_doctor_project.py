"""What the doctor finds in somebody's project: settings, asgi.py, routes."""

import shutil
from pathlib import Path

import pytest

from course.environment import ROOT
from course.stages import load
from course.tests.channels_project import examine, only, write, write_project
from course.tests.conftest import change

STAGES = [stage.name for stage in load(ROOT)]

IN_MEMORY = """\
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without a mistake."""
    return write_project(tmp_path / "project")


def set_layers(project: Path, text: str) -> str:
    """Replace CHANNEL_LAYERS, which stands last in the settings; return what it was."""
    settings = project / "mysite/settings.py"
    content = settings.read_text()
    start = content.index("CHANNEL_LAYERS")
    settings.write_text(content[:start] + text)
    return content[start:]


def line_of(path: Path, text: str) -> int:
    """Return the first line of a file that has a text."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_has_no_finding(name: str) -> None:
    """The stages are right, so the doctor is silent."""
    assert examine(ROOT / name) == []


def test_a_project_as_the_tutorial_has_it_has_no_finding(project: Path) -> None:
    """Groups on Redis, routes in an app, the user and the origin looked at."""
    assert examine(project) == []


def test_daphne_is_missing(project: Path) -> None:
    """Without daphne runserver knows no WebSocket."""
    change(project / "mysite/settings.py", '    "daphne",\n', "")
    finding = only(project)
    assert finding.entry == "not-found-wssc"
    assert finding.cause.startswith("mysite/settings.py:5: ")


def test_daphne_stands_after_staticfiles(project: Path) -> None:
    """The line is that of daphne."""
    settings = project / "mysite/settings.py"
    change(settings, '    "daphne",\n', "")
    change(settings, 'staticfiles",\n', 'staticfiles",\n    "daphne",\n')
    finding = only(project)
    assert "daphne.E001" in finding.symptom
    assert f"settings.py:{line_of(settings, 'daphne')}:" in finding.cause


@pytest.mark.parametrize(
    "text",
    [
        'INSTALLED_APPS = ["daphne", *APPS]',
        'INSTALLED_APPS = ["daphne"] + APPS',
        'INSTALLED_APPS = list(APPS)\nINSTALLED_APPS.insert(0, "daphne")',
        'INSTALLED_APPS = APPS\nINSTALLED_APPS = ["daphne", *INSTALLED_APPS]',
        "from .apps import INSTALLED_APPS",
        "INSTALLED_APPS = env.list('APPS')",
    ],
)
def test_lists_of_apps_are_put_together(project: Path, text: str) -> None:
    """However the list is made: daphne stands first, or nobody knows."""
    apps = 'APPS = ["chat", "django.contrib.staticfiles"]\n'
    write(project, "mysite/apps.py", f'{apps}INSTALLED_APPS = ["daphne", *APPS]\n')
    settings = project / "mysite/settings.py"
    content = settings.read_text()
    start, end = content.index("INSTALLED_APPS"), content.index("ROOT_URLCONF")
    settings.write_text(f"{content[:start]}{apps}{text}\n{content[end:]}")
    assert examine(project) == []


def test_settings_in_a_package_are_read_together(project: Path) -> None:
    """base.py has the apps, dev.py adds daphne behind them: E001, in dev.py."""
    settings = project / "mysite/settings.py"
    (project / "mysite/settings").mkdir()
    change(settings, '    "daphne",\n', "")
    settings.rename(project / "mysite/settings/base.py")
    write(project, "mysite/settings/__init__.py", "")
    text = 'from .base import *\n\nDEBUG = True\nINSTALLED_APPS += ["daphne"]\n'
    write(project, "mysite/settings/dev.py", text)
    change(project / "manage.py", "mysite.settings", "mysite.settings.dev")
    finding = only(project)
    assert "daphne.E001" in finding.symptom
    assert finding.cause.startswith("mysite/settings/dev.py:4: ")


def test_another_server_needs_no_daphne(project: Path) -> None:
    """A project whose requirements name uvicorn alone does without runserver."""
    change(project / "mysite/settings.py", '    "daphne",\n', "")
    (project / "requirements.txt").write_text("channels==4.3.1\nuvicorn[standard]\n")
    assert examine(project) == []


def test_channels_3_needs_no_daphne(project: Path) -> None:
    """It has a runserver of its own."""
    change(project / "mysite/settings.py", '    "daphne",\n', '    "channels",\n')
    (project / "requirements.txt").write_text("channels==3.0.5\ndaphne==3.0.2\n")
    assert examine(project) == []


def test_asgi_application_is_missing(project: Path) -> None:
    """Daphne's runserver wants it."""
    settings = project / "mysite/settings.py"
    change(settings, 'ASGI_APPLICATION = "mysite.asgi.application"\n', "")
    assert "You have not set ASGI_APPLICATION" in only(project).symptom


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("mysite.agsi.application", "there is no module mysite.agsi"),
        ("mysite.asgi.app", "mysite/asgi.py has no app"),
        ("mysite.asgi:application", "mysite/__init__.py has no asgi:application"),
    ],
)
def test_asgi_application_leads_nowhere(project: Path, value: str, wrong: str) -> None:
    """The finding says which part of the path is not there."""
    settings = project / "mysite/settings.py"
    change(settings, "mysite.asgi.application", value)
    finding = only(project)
    assert finding.entry == "cannot-import-asgi_application-module"
    assert wrong in finding.cause
    assert f"settings.py:{line_of(settings, value)}:" in finding.cause


def test_the_project_may_be_imported_from_a_folder_above(project: Path) -> None:
    """Channels' own sample project is: the path begins with the folder's own name."""
    name = project.name
    change(project / "mysite/settings.py", '"mysite.asgi', f'"{name}.mysite.asgi')
    assert examine(project) == []


def test_models_are_imported_too_early(project: Path) -> None:
    """Through routes and consumers: the finding names the model at the end."""
    asgi = project / "mysite/asgi.py"
    line = "from chat.routing import websocket_urlpatterns\n"
    change(asgi, line, "")
    change(asgi, "import os\n", f"import os\n{line}")
    finding = only(project)
    assert finding.entry == "requested-setting-installed_apps"
    assert finding.cause.startswith("mysite/asgi.py:2: chat.routing")
    assert "Room needs the apps (chat/models.py:3)" in finding.cause


def test_the_mistake_of_the_book_is_found(tmp_path: Path) -> None:
    """The asgi.py of course/mistakes, in stage 6."""
    ignored = shutil.ignore_patterns("__pycache__", "*.sqlite3*")
    shutil.copytree(ROOT / "gs6_database", tmp_path / "stage", ignore=ignored)
    mistake = ROOT / "course" / "mistakes" / "asgi_too_early.py"
    shutil.copy(mistake, tmp_path / "stage" / "config" / "asgi.py")
    assert only(tmp_path / "stage").entry == "requested-setting-installed_apps"


def test_what_needs_no_django_may_be_imported_early(project: Path) -> None:
    """Consumers without models and settings work in either order."""
    asgi = project / "mysite/asgi.py"
    line = "from chat.routing import websocket_urlpatterns\n"
    change(asgi, line, "")
    change(asgi, "import os\n", f"import os\n{line}")
    consumers = project / "chat/consumers.py"
    change(consumers, "from .models import Room\n", "")
    assert examine(project) == []


def test_a_route_leads_to_the_class(project: Path) -> None:
    """as_asgi() is missing: the finding has the route's line."""
    routing = project / "chat/routing.py"
    change(routing, ".as_asgi()", "")
    finding = only(project)
    assert finding.entry == "takes-no-arguments-at-the-first-connection"
    assert f"chat/routing.py:{line_of(routing, 're_path(r')}:" in finding.cause
    assert finding.remedy == "write consumers.ChatConsumer.as_asgi()"


def test_nobody_knows_the_user(project: Path) -> None:
    """A consumer wants scope["user"], and no AuthMiddlewareStack is around it."""
    asgi = project / "mysite/asgi.py"
    wrapped = "AuthMiddlewareStack(URLRouter(websocket_urlpatterns))"
    change(asgi, wrapped, "URLRouter(websocket_urlpatterns)")
    finding = only(project)
    assert finding.entry == "keyerror-user"
    assert f"chat/consumers.py:{line_of(project / 'chat/consumers.py', 'user')}" in (
        finding.cause
    )


def test_a_middleware_of_its_own_may_know_the_user(project: Path) -> None:
    """What it does is not sure: nothing is said."""
    asgi = project / "mysite/asgi.py"
    change(asgi, "AuthMiddlewareStack(URLRouter", "TokenMiddleware(URLRouter")
    change(asgi, "import os\n", "import os\nfrom chat.tokens import TokenMiddleware\n")
    assert examine(project) == []


def test_the_origin_is_not_checked(project: Path) -> None:
    """With cookies, a page of another site could open a socket as the user."""
    change(project / "mysite/asgi.py", "AllowedHostsOriginValidator(\n", "(\n")
    finding = only(project)
    assert finding.entry == "a-page-of-another-site-opens-a-socket-as-your-user"


def test_without_cookies_no_origin_needs_a_check(project: Path) -> None:
    """Nobody's cookie is read: nothing is to be taken."""
    asgi = project / "mysite/asgi.py"
    change(asgi, "AllowedHostsOriginValidator(\n", "(\n")
    change(asgi, "AuthMiddlewareStack(URLRouter", "(URLRouter")
    change(project / "chat/consumers.py", 'self.scope["user"]', "None")
    assert examine(project) == []


def test_there_is_no_layer(project: Path) -> None:
    """A consumer joins groups, and CHANNEL_LAYERS is not set."""
    set_layers(project, "")
    finding = only(project)
    assert finding.entry == "nonetype-object-has-no-attribute-group_add"
    assert "ChatConsumer uses groups (chat/consumers.py:" in finding.cause


def test_the_layer_in_memory_ends_at_the_process(project: Path) -> None:
    """With several workers some messages are lost; one process is all right."""
    set_layers(project, IN_MEMORY)
    finding = only(project)
    assert finding.entry == "nobody-hears-the-other-process"
    assert "With a single process all is well" in finding.cause


def test_another_layer_in_production_is_enough(project: Path) -> None:
    """In memory for development, Redis elsewhere: nothing is wrong."""
    write(project, "mysite/production.py", set_layers(project, IN_MEMORY))
    assert examine(project) == []
