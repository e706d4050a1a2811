"""A small Channels project without a mistake, which tests break in one place each."""

from functools import cache
from pathlib import Path
from textwrap import dedent

from course.check.texts import anchors
from course.doctor.findings import SYMPTOMS, Finding
from course.doctor.project.examine import examine_project
from course.environment import ROOT

FILES = {
    "manage.py": """
        import os
        import sys

        def main():
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
            from django.core.management import execute_from_command_line
            execute_from_command_line(sys.argv)

        if __name__ == "__main__":
            main()
    """,
    "mysite/__init__.py": "",
    "mysite/settings.py": """
        from pathlib import Path

        BASE_DIR = Path(__file__).resolve().parent.parent
        INSTALLED_APPS = [
            "daphne",
            "chat",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.staticfiles",
        ]
        ROOT_URLCONF = "mysite.urls"
        ASGI_APPLICATION = "mysite.asgi.application"
        CHANNEL_LAYERS = {
            "default": {
                "BACKEND": "channels_redis.core.RedisChannelLayer",
                "CONFIG": {"hosts": [("127.0.0.1", 6379)]},
            },
        }
    """,
    "mysite/asgi.py": """
        import os

        from channels.auth import AuthMiddlewareStack
        from channels.routing import ProtocolTypeRouter, URLRouter
        from channels.security.websocket import AllowedHostsOriginValidator
        from django.core.asgi import get_asgi_application

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
        django_asgi_app = get_asgi_application()

        from chat.routing import websocket_urlpatterns

        application = ProtocolTypeRouter({
            "http": django_asgi_app,
            "websocket": AllowedHostsOriginValidator(
                AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
            ),
        })
    """,
    "mysite/urls.py": """
        from django.urls import path
        from chat import views

        urlpatterns = [path("<str:room_name>/", views.room, name="room")]
    """,
    "chat/__init__.py": "",
    "chat/models.py": """
        from django.db import models

        class Room(models.Model):
            name = models.CharField(max_length=50)
    """,
    "chat/views.py": """
        from asgiref.sync import async_to_sync
        from channels.layers import get_channel_layer
        from django.shortcuts import render

        def room(request, room_name):
            layer = get_channel_layer()
            event = {"type": "chat.message", "message": "somebody looks"}
            async_to_sync(layer.group_send)(f"chat_{room_name}", event)
            return render(request, "chat/room.html", {"room_name": room_name})
    """,
    "chat/routing.py": r"""
        from django.urls import re_path
        from . import consumers

        websocket_urlpatterns = [
            re_path(r"ws/chat/(?P<room_name>\w+)/$", consumers.ChatConsumer.as_asgi()),
        ]
    """,
    "chat/consumers.py": """
        import json

        from channels.db import database_sync_to_async
        from channels.generic.websocket import AsyncWebsocketConsumer
        from .models import Room

        class ChatConsumer(AsyncWebsocketConsumer):
            async def connect(self):
                self.room_name = self.scope["url_route"]["kwargs"]["room_name"]
                self.user = self.scope["user"]
                self.group = f"chat_{self.room_name}"
                await self.channel_layer.group_add(self.group, self.channel_name)
                await database_sync_to_async(self.keep)()
                await self.accept()

            async def disconnect(self, close_code):
                await self.channel_layer.group_discard(self.group, self.channel_name)

            async def receive(self, text_data=None, bytes_data=None):
                message = json.loads(text_data)["message"]
                event = {"type": "chat.message", "message": message}
                await self.channel_layer.group_send(self.group, event)
                async for room in Room.objects.filter(name=self.room_name):
                    await self.send(text_data=room.name)

            async def chat_message(self, event):
                await self.send(text_data=json.dumps({"message": event["message"]}))

            def keep(self):
                Room.objects.get_or_create(name=self.room_name)
    """,
}


def write_project(root: Path) -> Path:
    """Write the project into a folder, and return it."""
    for name, text in FILES.items():
        write(root, name, text)
    return root


def write(root: Path, name: str, text: str) -> None:
    """Write one file of the project."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")


def write_consumer(root: Path, text: str) -> None:
    """Put another chat/consumers.py into the project, and a route to its class Chat."""
    write(root, "chat/consumers.py", text)
    routing = root / "chat" / "routing.py"
    routing.write_text(routing.read_text().replace("ChatConsumer", "Chat"))


@cache
def known_entries() -> set[str]:
    """Return the anchors of the symptoms' page."""
    return anchors((ROOT / SYMPTOMS).read_text(encoding="utf-8"))


def examine(root: Path) -> list[Finding]:
    """Return what the doctor finds. Each symptom must have its entry in the book."""
    _, findings = examine_project(root)
    for finding in findings:
        if not finding.symptom.startswith("A SyntaxError"):
            assert finding.entry in known_entries(), finding
    return findings


def only(root: Path) -> Finding:
    """Return the one thing that the doctor finds."""
    (finding,) = examine(root)
    return finding
