"""Taking a ticket, and showing it."""

from urllib.parse import quote

from accounts import browse

RED = "/ws/chat/red/"


def with_ticket(ticket):
    """Return the path with which one opens a socket by a ticket."""
    return f"{RED}?ticket={quote(ticket)}"


async def take(session_key):
    """Return a ticket, as the server gives it to whoever is logged in."""
    response = await browse(session_key).post("/accounts/ticket/")
    assert response.status_code == 200
    return response.json()["ticket"]
