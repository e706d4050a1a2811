"""The pages."""

from django.shortcuts import render


def index(request):
    """Show the page that opens a WebSocket."""
    return render(request, "chat/index.html")
