"""Which HTTP path reaches which view."""

from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import path, re_path

from chat import views
from chat.protocol import NAME

urlpatterns = [
    path("", views.lobby, name="lobby"),
    path("announce/", views.announce, name="announce"),
    re_path(rf"^chat/(?P<room>{NAME})/\Z", views.room, name="room"),
    # Only runserver serves static files by itself: daphne and uvicorn do not.
    *staticfiles_urlpatterns("static/"),
]
