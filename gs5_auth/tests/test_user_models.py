"""The chat with a user model of one's own, as Django's documentation recommends."""

import contextlib
import re

from browsers import PageBrowser
from projects import WORD, manage


def test_it_passes_the_checks(own_users):
    """Nothing is said when it is checked, and no migration of the chat is missing."""
    code, said = manage(own_users, "makemigrations", "--check")
    assert (code, said.strip()) == (0, "No changes detected")


def test_the_pages_know_the_name(names, own_chat):
    """Who has signed up is called by the field that the model names, on each page; and
    by it one logs in.
    """
    _, alice, _ = names
    server, browser, _ = own_chat
    for path in ("/", "/chat/red/", "/accounts/password_change/"):
        assert f"<span>{alice}</span>" in browser.get(path)
    assert not re.search('data-[a-z]+="(None)?"', browser.get("/chat/red/"))
    again = PageBrowser(server)
    again.post("/accounts/login/", username=alice, password=WORD)
    assert f"<span>{alice}</span>" in again.get("/")


def test_the_chat_works(names, own_chat):
    """Both hear what is said, and by whom; a private message finds its user; so does
    whoever comes later; a ticket is good, and a logout ends the sockets.
    """
    _, alice, bob = names
    server, one, other = own_chat
    red = "/ws/chat/red/"
    one.post("/accounts/login/", username=alice, password=WORD)
    with contextlib.ExitStack() as stack:
        a, b = [stack.enter_context(each.connect(red)) for each in (one, other)]
        welcome = {"type": "welcome", "user": alice, "room": "red"}
        assert a.wait_for(type="welcome") == welcome
        a.wait_for(type="user_join", user=bob)
        a.say("hello")
        for socket in (a, b):
            socket.wait_for(type="chat_message", user=alice, message="hello")
        b.say(f"/pm {alice} psst")
        a.wait_for(type="private_message", user=bob, message="psst")
        b.wait_for(type="private_message_delivered", target=alice)
        path = f"{red}?ticket={one.ticket()}"
        later = stack.enter_context(server.connect(path))
        assert later.wait_for(type="welcome")["user"] == alice
        assert later.wait_for(type="user_list")["users"] == [bob]
        one.post("/accounts/logout/", page="/")
        assert a.close_code() == later.close_code() == 4401
        b.wait_for(type="user_leave", user=alice)
