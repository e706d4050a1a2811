"""The ASGI application: where every connection enters."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.sessions import CookieMiddleware, SessionMiddleware
from django.core.asgi import get_asgi_application
from django.core.management.base import BaseCommand

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# This loads the settings and the apps, so it stands before any import of our own code.
django_application = get_asgi_application()

from chat.door import OriginMiddleware, TicketMiddleware
from chat.login import LoginMiddleware
from chat.routing import SubPath, websocket_urlpatterns

# daphne and uvicorn do not look for mistakes in the settings. Our checks alone: one of
# Django's would settle STATIC_URL before it is known under which path the site is.
BaseCommand().check(tags=["chat"])

chat = LoginMiddleware(SubPath(URLRouter(websocket_urlpatterns)))
by_cookie = OriginMiddleware(CookieMiddleware(SessionMiddleware(chat)))

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": TicketMiddleware(chat, otherwise=by_cookie),
    }
)
