"""The ASGI application: where every connection enters."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.sessions import CookieMiddleware, SessionMiddleware
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# This loads the settings and the apps, so it stands before any import of our own code.
django_application = get_asgi_application()

from chat.login import LoginMiddleware, OriginMiddleware, TicketMiddleware
from chat.routing import websocket_urlpatterns

chat = LoginMiddleware(URLRouter(websocket_urlpatterns))
by_cookie = OriginMiddleware(CookieMiddleware(SessionMiddleware(chat)))

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": TicketMiddleware(chat, otherwise=by_cookie),
    }
)
