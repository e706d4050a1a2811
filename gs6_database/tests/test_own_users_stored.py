"""What is stored of the users of a model of one's own, and shown to others."""

from browsers import PageBrowser
from projects import WORD, manage


def test_the_history_names_them(names, own_chat):
    """Whoever comes later reads what was said, and by whom."""
    _, alice, bob = names
    _, one, other = own_chat
    with one.connect("/ws/chat/stored/") as socket:
        socket.say("before bob came")
        socket.wait_for(type="ack")
    with other.connect("/ws/chat/stored/") as socket:
        assert socket.wait_for(type="welcome")["user"] == bob
        (message,) = socket.next_frame(type="history")["messages"]
    assert (message["user"], message["message"]) == (alice, "before bob came")


def test_an_administrator_sees_them(names, own_users, own_chat):
    """The lists of messages and of who is present name their users, and can be searched
    and opened.
    """
    field, alice, _ = names
    server, one, _ = own_chat
    root = {field: "root@example.org"}
    options = [f"--{key}={value}" for key, value in root.items()]
    if field == "username":
        options.append("--email=root@example.org")
    password = {"DJANGO_SUPERUSER_PASSWORD": WORD}
    command = ["createsuperuser", "--noinput", *options]
    code, said = manage(own_users | password, *command)
    assert code == 0, said
    browser = PageBrowser(server)
    browser.post("/accounts/login/", username="root@example.org", password=WORD)
    with one.connect("/ws/chat/admin/") as socket:
        socket.say("seen by root")
        socket.wait_for(type="ack")
        presence = browser.get("/admin/chat/presence/")
        assert f">{alice}<" in presence
        messages = browser.get(f"/admin/chat/message/?q={alice}")
        assert "seen by root" in messages
        assert alice in messages
        first = messages.split('href="/admin/chat/message/')[1].split('"')[0]
        assert "seen by root" in browser.get(f"/admin/chat/message/{first}")
