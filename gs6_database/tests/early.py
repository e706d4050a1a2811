"""The application with the commonest mistake: it sends before it accepts."""

from django.utils.module_loading import import_string

from config.asgi import application as observed

# Found by its name: it can be imported only after what stands above.
ChatConsumer = import_string("chat.consumers.ChatConsumer")


class EarlyConsumer(ChatConsumer):
    """A consumer that sends its welcome too early."""

    async def connect(self):
        """Handle websocket.connect."""
        await self.send_json({"type": "welcome"})
        await super().connect()


early = EarlyConsumer.as_asgi()


async def application(scope, receive, send):
    """Serve the mistake, and leave everything else to the project."""
    served = early if scope["type"] == "websocket" else observed
    await served(scope, receive, send)
