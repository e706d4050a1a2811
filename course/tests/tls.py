"""TLS for a client that cannot bear it."""

import asyncio
import contextlib
import socket
import ssl
import threading

from course.tests.proxies import HOST


def through_tls(context: ssl.SSLContext, port: int) -> socket.socket:
    """Return a plain socket; a thread speaks TLS with a proxy on 127.0.0.1 for it.

    The client of websockets reads in one thread and writes in another, which a TLS
    connection of Python's does not bear: now and then it hangs.
    """
    ours, theirs = socket.socketpair()
    work = relay(theirs, context, port)
    threading.Thread(target=asyncio.run, args=(work,), daemon=True).start()
    return ours


async def relay(plain: socket.socket, context: ssl.SSLContext, port: int) -> None:
    """Pass on what comes, in both directions, until one side ends."""
    inside = await asyncio.open_connection(sock=plain)
    outside = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname=HOST
    )
    ways = ((inside[0], outside[1]), (outside[0], inside[1]))
    tasks = [asyncio.create_task(pass_on(*way)) for way in ways]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for _, writer in (inside, outside):
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Write what is read, until the end."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
