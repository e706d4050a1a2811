"""Which HTTP path reaches which view."""

from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import path

from chat import views

urlpatterns = [
    path("", views.index, name="index"),
    # Only runserver serves static files by itself: daphne and uvicorn do not.
    *staticfiles_urlpatterns("static/"),
]
