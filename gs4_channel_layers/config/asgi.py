"""The ASGI application: where every connection enters."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# This loads the settings and the apps, so it stands before any import of our own code.
django_application = get_asgi_application()

from chat.routing import SubPath, websocket_urlpatterns

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": SubPath(URLRouter(websocket_urlpatterns)),
    }
)
