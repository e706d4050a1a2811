"""Frames that a communicator lets pass, and a server does not."""

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from django.conf import settings
from django.urls import path

from course.mistakes.consumers import Accepts, LoopsInHandler, NoStop

if not settings.configured:
    settings.configure()


class DictAsText(AsyncWebsocketConsumer):
    """Sends a dictionary as a text: it should be send(json.dumps(...))."""

    async def receive(self, text_data=None, bytes_data=None):
        await self.send({"message": text_data})


class TextAsBytes(AsyncWebsocketConsumer):
    """Sends a text as bytes: it should be b"hello"."""

    async def receive(self, text_data=None, bytes_data=None):
        await self.send(bytes_data="hello")


class BareText(Accepts):
    """Sends a text where an event belongs, in a raw consumer."""

    async def websocket_receive(self, event):
        await self.send("hello")


class SendsAfterClose(AsyncWebsocketConsumer):
    """Closes the connection, and sends."""

    async def receive(self, text_data=None, bytes_data=None):
        await self.close()
        await self.send("good bye")


class SendsBeforeAccept(AsyncWebsocketConsumer):
    """Greets before the connection is accepted."""

    async def connect(self):
        await self.send("welcome")
        await self.accept()


application = URLRouter(
    [
        path("bare-text/", BareText.as_asgi()),
        path("dict-as-text/", DictAsText.as_asgi()),
        path("loops/", LoopsInHandler.as_asgi()),
        path("no-stop/", NoStop.as_asgi()),
        path("after-close/", SendsAfterClose.as_asgi()),
        path("before-accept/", SendsBeforeAccept.as_asgi()),
        path("text-as-bytes/", TextAsBytes.as_asgi()),
    ]
)
