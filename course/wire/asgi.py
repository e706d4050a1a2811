"""The ASGI wrapper: reports what a stage's application receives and sends.

It is put around the application from outside. The only thing of Channels it touches is
`channels.consumer.get_handler_name`, which every consumer calls right before a handler,
in the thread that the handler runs in.
"""

import asyncio
import itertools
import threading
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

from course.wire.events import Event, Report, describe, escape, now, quote

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

# Set for the tasks and threads of one connection: context variables follow both.
current: ContextVar["Connection | None"] = ContextVar("current", default=None)

QUIET = {"http.request"}
OF_A_STREAM = {"http.response.body", "http.disconnect"}


class Threads:
    """Gives the threads that handlers run in short names, in order of appearance."""

    def __init__(self) -> None:
        # By the thread itself: its number is given anew once it has ended.
        self.names: WeakKeyDictionary[threading.Thread, str] = WeakKeyDictionary()
        self.count = itertools.count(1)
        self.lock = threading.Lock()

    def name(self) -> str:
        """Return what the caller runs on: "event loop", or "thread 1" and so on."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            thread = threading.current_thread()
            with self.lock:
                if thread not in self.names:
                    self.names[thread] = f"thread {next(self.count)}"
                return self.names[thread]
        return "event loop"


class Connection:
    """One connection as its application sees it.

    An event from the client is reported when its handler starts, with the thread; if
    no handler does, before whatever comes next. Where there are handlers, what is sent
    meanwhile may be another one's, of an event from the channel layer.
    """

    def __init__(
        self, report: Report, client: int, path: str, receive: Receive, send: Send
    ) -> None:
        self.report = report
        self.client = client
        self.path = path
        self.wrapped_receive = receive
        self.wrapped_send = send
        self.pending: Message | None = None
        self.given: Message | None = None  # by the channel layer, not handled yet
        self.received = False
        self.closed = False  # by the application itself
        self.traced = False  # whether it has handlers that say when they start
        self.streams = False
        self.lock = threading.Lock()

    def flush(self, where: str = "") -> None:
        """Report the event that was received and not yet reported."""
        with self.lock:
            message, self.pending = self.pending, None
        if message is not None:
            self.emit("up", message["type"], describe(message), where)

    def handle(self, message: Message, where: str) -> None:
        """Report the event whose handler starts now.

        Args:
            message: The event, from the client or from the channel layer.
            where: What the handler runs on.
        """
        self.traced = True
        if self.pending is message:
            self.flush(where)
        elif self.given is message:
            self.given = None
            text = escape(message["type"])
            event = Event("layer", "down", "receive", now(), self.client, text, where)
            self.report(event)

    def announce(self) -> None:
        """Report a connection whose application decides without receiving anything, by
        the scope alone, as the end of the routes does."""
        if not self.received:
            self.received = True
            self.emit("up", "websocket.connect", f"websocket {self.path}")

    def emit(self, kind: str, type: str, text: str, where: str = "") -> None:
        """Report one event of this connection."""
        if type not in QUIET and (self.streams or type not in OF_A_STREAM):
            self.report(Event("server", kind, type, now(), self.client, text, where))

    async def receive(self) -> Message:
        """Pass on the server's receive."""
        self.flush()
        message = await self.wrapped_receive()
        self.received = True
        # Whoever has closed is told that it is closed. It is no act of the client's.
        if not (self.closed and message["type"] == "websocket.disconnect"):
            self.pending = message
        return message

    async def send(self, message: Message) -> None:
        """Pass on the server's send, which is reported before the client can see it."""
        if not self.traced:
            self.flush()
        self.announce()
        if message["type"] == "http.response.start":
            # An event stream is worth a look, a page's body is not.
            self.streams = b"text/event-stream" in dict(message["headers"]).values()
        self.closed = self.closed or message["type"] == "websocket.close"
        self.emit("down", message["type"], describe(message))
        await self.wrapped_send(message)


class WireApplication:
    """An ASGI application around another one, which reports every connection.

    Args:
        application: The stage's application.
        report: Called with each event, from any thread.
    """

    def __init__(self, application: Application, report: Report) -> None:
        self.application = application
        self.report = report

    async def __call__(
        self, scope: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        """Serve one connection (ASGI specification, "Applications")."""
        client = (scope.get("client") or ("", 0))[1]
        path = quote(scope.get("path", ""))[1:-1]
        connection = Connection(self.report, client, path, receive, send)
        if scope["type"] == "http":
            connection.received = True
            connection.emit("up", "http", f"http {scope['method']} {path}")
        current.set(connection)
        try:
            await self.application(scope, connection.receive, connection.send)
        finally:
            connection.flush()
            connection.announce()
            self.report(Event("server", "end", "", now(), client))


def trace_handlers() -> None:
    """Have every consumer report which thread each handler starts in.

    It must run before the stage's code is imported.
    """
    import channels.consumer

    threads = Threads()
    original = channels.consumer.get_handler_name

    def get_handler_name(message: Message) -> str:
        name: str = original(message)
        connection = current.get()
        if connection is not None:
            connection.handle(message, threads.name())
        return name

    channels.consumer.get_handler_name = get_handler_name
