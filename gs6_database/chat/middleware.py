"""How many requests are handled at once, and one that always is."""

import asyncio

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpResponse
from django.utils.decorators import async_only_middleware

HEALTH = ["/health", "/health/"]
AT_ONCE = 20  # requests of a process: each has a connection to the database


@async_only_middleware
def few_at_a_time(get_response):
    """Handle some requests at once, and let the others wait.

    Each has a thread of its own, and each thread a connection, which would be kept for
    a next request that never comes. PostgreSQL accepts a hundred by default: a class
    that comes in at the same moment would take all of them. The consumers share one
    thread, and keep theirs.
    """
    turns = asyncio.Semaphore(AT_ONCE)

    async def handle(request):
        async with turns:
            try:
                return await get_response(request)
            finally:
                await sync_to_async(close_connection)()

    return handle


def close_connection():
    """Close this thread's connection."""
    if not connection.in_atomic_block:  # as it is in a test
        connection.close()


@async_only_middleware
def health(get_response):
    """Say that this process works, to whoever asks: a probe has no account, and asks by
    an address that is not among ALLOWED_HOSTS.
    """

    async def handle(request):
        if request.path_info in HEALTH:
            return HttpResponse("ok\n", content_type="text/plain")
        return await get_response(request)

    return handle
