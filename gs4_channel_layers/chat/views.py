"""The pages, and one way to the consumers from outside."""

from asgiref.sync import async_to_sync
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from . import consumers
from .protocol import Refused, check


def lobby(request):
    """Show the page that leads to a room."""
    return render(request, "chat/lobby.html", {"announced": "announced" in request.GET})


def room(request, room):
    """Show the page of a room."""
    return render(request, "chat/room.html", {"room": room})


@require_POST
def announce(request):
    """Announce a message to everybody, or say why not."""
    message = request.POST.get("message", "")
    try:
        async_to_sync(consumers.announce)(check(message))
    except Refused as refusal:
        status, problem = 400, f"Not announced: {refusal}."
    except RedisError:
        status, problem = 503, "Not announced: the channel layer does not answer."
    else:
        return redirect(f"{reverse('lobby')}?announced")
    context = {"message": message, "problem": problem}
    return render(request, "chat/lobby.html", context, status=status)
