"""The pages, and two ways to the consumers from outside."""

from asgiref.sync import async_to_sync
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import UserCreationForm
from django.core.signals import request_finished
from django.db import connection
from django.dispatch import receiver
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from . import consumers
from .login import write_ticket
from .protocol import PRIVATE, Refused, check


@login_required
def lobby(request):
    """Show the page that leads to a room."""
    return render(request, "chat/lobby.html", {"announced": "announced" in request.GET})


@login_required
def room(request, room):
    """Show the page of a room. It has to know what a private message is, too."""
    return render(request, "chat/room.html", {"room": room, "private": PRIVATE})


def signup(request):
    """Make an account, and log in."""
    form = UserCreationForm(request.POST or None)
    if form.is_valid():
        login(request, form.save())
        return redirect("lobby")
    return render(request, "chat/signup.html", {"form": form})


@require_POST
def ticket(request):
    """Give a ticket to a client that will open a socket without cookies."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": "log in first"}, status=403)
    return JsonResponse({"ticket": write_ticket(request.session.session_key)})


@require_POST
@login_required
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
        return redirect("/?announced")
    context = {"message": message, "problem": problem}
    return render(request, "chat/lobby.html", context, status=status)


@receiver(request_finished)
def close_connection(**kwargs):
    """Close the database connection of a page.

    Each request has a thread of its own, and each thread a connection, which is kept
    for a next request that never comes: in the end the database would accept no more.
    The consumers share one thread, and keep theirs.
    """
    if not connection.in_atomic_block:  # as it is in a test
        connection.close()
