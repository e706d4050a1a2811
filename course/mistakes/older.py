"""What older tutorials write: right for Channels 1, 2 or 3, or never right."""

from channels.generic.websocket import AsyncWebsocketConsumer, WebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path


class Echo(AsyncWebsocketConsumer):
    """Nothing is wrong with it: the consumer that the others route to."""

    async def receive(self, text_data=None, bytes_data=None):
        await self.send(text_data, bytes_data)


def channels_1_group():
    """Send to a group as in Channels 1."""
    from channels import Group

    Group("chat").send({"text": "hi"})


def channels_1_routing():
    """Route as in Channels 1: a function for each kind of message."""
    from channels.routing import route

    return [route("websocket.receive", channels_1_group)]


def regex_url():
    """Route by url(), which Django had up to 3.2."""
    from django.conf.urls import url

    return URLRouter([url(r"^ws/chat/(?P<room>\w+)/$", Echo.as_asgi())])


def wrapped_django():
    """Serve Django by the wrapper that Channels had before 4."""
    from channels.http import AsgiHandler

    return ProtocolTypeRouter({"http": AsgiHandler()})


def class_in_route():
    """Route to the class itself, as in Channels 2."""
    return URLRouter([path("ws/chat/", Echo)])


def http_by_itself():
    """Expect that HTTP goes to Django without being named, as up to Channels 3."""
    return ProtocolTypeRouter({"websocket": Echo.as_asgi()})


def misspelt_protocol():
    """Name the protocol with a letter missing."""
    return ProtocolTypeRouter({"websoket": Echo.as_asgi()})


class TakesScope(Echo):
    """Takes the scope when it is made, as in Channels 2."""

    def __init__(self, scope):
        super().__init__(scope)
        self.path = scope["path"]


class TwoCalls:
    """A middleware of ASGI 2: first the scope, then the rest."""

    def __init__(self, inner):
        self.inner = inner

    def __call__(self, scope):
        return self.inner(dict(scope, seen=True))


def two_calls_inside():
    """Put it where middleware stands: under ProtocolTypeRouter."""
    return ProtocolTypeRouter({"websocket": TwoCalls(Echo.as_asgi())})


class OneCall:
    """The same middleware today."""

    def __init__(self, inner):
        self.inner = inner

    async def __call__(self, scope, receive, send):
        await self.inner(dict(scope, seen=True), receive, send)


class TakesMessage(WebsocketConsumer):
    """Takes the message in connect(), as in Channels 1."""

    def connect(self, message):
        self.accept()


class NamesTextText(WebsocketConsumer):
    """Calls the text of a frame text, as in Channels 1."""

    def receive(self, text=None, bytes=None):
        self.send(text)


CHANNELS_1_LAYER = {
    "default": {
        "BACKEND": "asgi_redis.RedisChannelLayer",
        "CONFIG": {"hosts": [("localhost", 6379)]},
    },
}

CHANNELS_1_LAYER_ROUTING = {
    "default": {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        "ROUTING": "mysite.routing.channel_routing",
    },
}


class LeavesAnotherGroup(AsyncWebsocketConsumer):
    """Joins one group, and leaves another, whose name only a message would bring."""

    async def connect(self):
        await self.channel_layer.group_add("programmers", self.channel_name)
        await self.accept()

    async def receive(self, text_data=None, bytes_data=None):
        self.group_name = text_data
        event = {"type": "chat.message", "text": text_data}
        await self.channel_layer.group_send(self.group_name, event)

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.group_name, self.channel_name)

    async def chat_message(self, event):
        await self.send(event["text"])


def same_file_for_tests(file):
    """Return database settings whose tests use the file of the site itself."""
    return {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": file,
            "TEST": {"NAME": file},
        },
    }
