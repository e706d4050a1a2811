"""The application, with a count of its tasks and threads at /count/."""

import asyncio
import json
import threading

from config.asgi import application as counted


async def application(scope, receive, send):
    """Serve the count, and leave everything else to the project."""
    if scope["path"] != "/count/":
        return await counted(scope, receive, send)
    counts = {"tasks": len(asyncio.all_tasks()), "threads": threading.active_count()}
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(counts).encode()})
