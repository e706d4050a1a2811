"""The layer wrapper: reports what a stage's code asks of its channel layer.

It is put around each layer from outside, whichever it is: in memory, on Redis pub/sub,
or on Redis queues.
"""

import re
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from course.wire.asgi import Message, current
from course.wire.events import Event, Report, escape, now

TRACED = (
    "new_channel",
    "receive",
    "send",
    "group_add",
    "group_discard",
    "group_send",
)
HASH = re.compile(r"[0-9a-f]{64}")  # SHA-256: no reader can tell one from another

# Whether a layer's method runs. In memory group_send() calls send() for each member, in
# tasks of their own: that is the layer's business, and no row.
inside: ContextVar[bool] = ContextVar("inside", default=False)


class TracedLayer:
    """The methods of one channel layer, each reported when it is called.

    Args:
        layer: The channel layer.
        report: Called with each event. Which connection an event belongs to is known
            by the task that it happens in.
    """

    def __init__(self, layer: Any, report: Report) -> None:
        self.report = report
        self.methods = {name: getattr(layer, name) for name in TRACED}

    async def new_channel(self, *prefix: str) -> str:
        """Report new_channel() once the name is known."""
        method = self.methods["new_channel"]
        try:
            name: str = await method(*prefix)
        except Exception as error:
            self.emit("up", "failed", "new_channel")
            self.fail(error)
            raise
        self.emit("up", "new_channel", f"new_channel {name}", name)
        return name

    async def receive(self, channel: str) -> Message:
        """Note what a connection is given: it is reported when its handler starts."""
        message: Message = await self.methods["receive"](channel)
        connection = current.get()
        if connection is not None:
            connection.given = message
        return message

    async def send(self, channel: str, message: Message) -> None:
        """Report send()."""
        text = f"send {channel} {type_of(message)}"
        await self.call("send", text, channel, (channel, message))

    async def group_add(self, group: str, channel: str) -> None:
        """Report group_add()."""
        text = f"group_add {short(group)}"
        await self.call("group_add", text, "", (group, channel))

    async def group_discard(self, group: str, channel: str) -> None:
        """Report group_discard()."""
        text = f"group_discard {short(group)}"
        await self.call("group_discard", text, "", (group, channel))

    async def group_send(self, group: str, message: Message) -> None:
        """Report group_send()."""
        text = f"group_send {short(group)} {type_of(message)}"
        await self.call("group_send", text, "", (group, message))

    async def call(
        self, name: str, text: str, channel: str, arguments: tuple[Any, ...]
    ) -> None:
        """Call a method of the layer, and report it before it can have an effect."""
        method: Callable[..., Awaitable[None]] = self.methods[name]
        if inside.get():
            await method(*arguments)
            return
        self.emit("up", name, text, channel)
        token = inside.set(True)
        try:
            await method(*arguments)
        except Exception as error:
            self.fail(error)
            raise
        finally:
            inside.reset(token)

    def fail(self, error: Exception) -> None:
        """Report that the layer raised an error."""
        self.emit("down", "failed", type(error).__name__)

    def emit(self, kind: str, type: str, text: str, channel: str = "") -> None:
        """Report one event of the connection whose task this is."""
        connection = current.get()
        client = connection.client if connection is not None else 0
        self.report(Event("layer", kind, type, now(), client, text, channel=channel))


def short(group: str) -> str:
    """Return the name of a group as it is shown: without a hash in it."""
    return HASH.sub("…", group)


def type_of(message: Message) -> str:
    """Return the type of a message as it is shown."""
    return escape(str(message.get("type", "")))


def trace_layers(report: Report) -> None:
    """Have every channel layer report what it is asked for.

    All layers are made by `ChannelLayerManager.make_backend`, once each, however and
    by whom get_channel_layer() was imported: so that is what is replaced, and not
    get_channel_layer(). The layer stays the object that it was, only some methods are
    replaced on it: isinstance() and all its other attributes hold.

    Args:
        report: Called with each event, in the event loop that uses the layer.
    """
    from channels.layers import ChannelLayerManager

    original = ChannelLayerManager.make_backend

    def make_backend(manager: Any, name: str) -> Any:
        layer = original(manager, name)
        traced = TracedLayer(layer, report)
        for method in TRACED:
            setattr(layer, method, getattr(traced, method))
        return layer

    ChannelLayerManager.make_backend = make_backend
