"""ASGI middleware: an application around another one."""

from asgiref.sync import ThreadSensitiveContext
from django.conf import settings


class ThreadPerConnection:
    """Gives each connection a thread of its own, if the setting says so."""

    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        """Serve one connection."""
        if not settings.THREAD_PER_CONNECTION:
            return await self.application(scope, receive, send)
        async with ThreadSensitiveContext():
            return await self.application(scope, receive, send)
