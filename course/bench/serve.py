"""A server to measure: python -m course.bench.serve websockets|daphne|uvicorn.

It serves course/bench/apps.py, or with websockets an echo without Django, and answers
how much it has used and how many connections it has.
"""

import asyncio
import contextlib
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course.bench.control import Line


def resident() -> int | None:
    """Return the KiB of memory in use; None where there is no /proc."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return None


def follow(line: Line, connections: Callable[[], int]) -> None:
    """Answer what is asked, in a thread of its own, and end the process after that.

    Args:
        line: The line to the benchmark.
        connections: Returns how many there are.
    """

    def reply() -> dict[str, Any]:
        return {
            "cpu": time.process_time(),
            "kib": resident(),
            "connections": connections(),
        }

    def answer() -> None:
        line.answer(reply)
        os._exit(0)  # there is nothing to save, and some handler may be asleep

    threading.Thread(target=answer, daemon=True).start()


def serve_websockets(line: Line) -> None:
    """Serve an echo with the websockets library alone."""
    from websockets.asyncio.server import ServerConnection, serve

    async def echo(websocket: ServerConnection) -> None:
        async for message in websocket:
            await websocket.send(message)

    async def main() -> None:
        async with serve(echo, "127.0.0.1", 0) as server:
            follow(line, lambda: len(server.connections))
            [listener] = server.sockets
            line.say(port=listener.getsockname()[1])
            await server.serve_forever()

    asyncio.run(main())


def serve_daphne(line: Line) -> None:
    """Serve the applications with Daphne, as its command line does."""
    from daphne.server import Server  # first: it chooses Twisted's reactor

    from course.bench import apps

    class ReportingServer(Server):  # type: ignore[misc]  # Daphne has no types
        """Daphne's server, which reports the port it listens on."""

        def listen_success(self, port: Any) -> None:
            super().listen_success(port)
            follow(line, apps.connections)
            line.say(port=port.getHost().port)

    endpoints = ["tcp:port=0:interface=127.0.0.1"]
    ReportingServer(apps.application, endpoints=endpoints).run()


def serve_uvicorn(line: Line) -> None:
    """Serve the applications with uvicorn, as its command line does."""
    from course.bench import apps

    serve_on_uvicorn(line, apps.application, apps.connections)


def serve_on_uvicorn(
    line: Line, application: Any, connections: Callable[[], int], **facts: Any
) -> None:
    """Serve an application with uvicorn.

    Args:
        line: The line to the benchmark.
        application: An ASGI application.
        connections: Returns how many connections it serves.
        facts: What to say beside the port when it listens.
    """
    import uvicorn

    class ReportingServer(uvicorn.Server):
        """uvicorn's server, which reports that it listens."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            follow(line, connections)
            line.say(port=listener.getsockname()[1], **facts)

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application, log_level="warning", lifespan="off")
        ReportingServer(config).run([listener])


SERVERS = {
    "daphne": serve_daphne,
    "uvicorn": serve_uvicorn,
    "websockets": serve_websockets,
}

if __name__ == "__main__":
    SERVERS[sys.argv[1]](Line())
