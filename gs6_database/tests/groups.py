"""The application, with the sizes of its in-memory layer's groups at /groups/."""

import json

from channels.layers import get_channel_layer

from config.asgi import application as observed


async def application(scope, receive, send):
    """Serve the sizes, and leave everything else to the project."""
    if scope["path"] != "/groups/":
        return await observed(scope, receive, send)
    sizes = {name: len(members) for name, members in get_channel_layer().groups.items()}
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(sizes).encode()})
