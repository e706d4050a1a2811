"""Which HTTP path reaches which view."""

from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import path

from chat import views

urlpatterns = [
    path("", views.index, name="index"),
    # runserver serves the static files by itself; the daphne and uvicorn commands do not.
    *staticfiles_urlpatterns(),
]
