"""The ASGI application: where every connection enters."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# This loads the settings and the apps, so it stands before any import of our own code.
django_application = get_asgi_application()

from chat.routing import http_urlpatterns, websocket_urlpatterns

application = ProtocolTypeRouter(
    {
        "http": URLRouter([*http_urlpatterns, re_path("", django_application)]),
        "websocket": URLRouter(websocket_urlpatterns),
    }
)
