"""The pages, and two ways to the consumers from outside."""

from asgiref.sync import async_to_sync
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from . import consumers
from .door import write_ticket
from .forms import SignupForm
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
    form = SignupForm(request.POST or None)
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
def announce(request):
    """Announce a message to everybody, or say why not."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("lobby"))  # not here, where nothing is to get
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
