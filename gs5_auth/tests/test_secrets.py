"""What a log may not show."""

from accounts import make_user
from browsers import PageBrowser

PASSWORD = "correct horse battery"


def test_no_secret_is_in_the_log(server):
    """Somebody logs in on the page, chats, takes a ticket, enters with it, logs out:
    the log shows neither the session's key nor the password nor the form's token.
    """
    alice = make_user("alice")
    alice.set_password(PASSWORD)
    alice.save()
    browser = PageBrowser(server)
    login = "/accounts/login/"
    browser.post(login, username="alice", password="a wrong word")
    browser.post(login, username="alice", password=PASSWORD)
    browser.get("/chat/secrets/")
    session_key, csrf = [browser.cookies[name] for name in ("sessionid", "csrftoken")]
    with server.enter("alice", "secrets", session_key) as alice:
        alice.say("hello")
        alice.wait_for(type="chat_message")
    ticket = browser.ticket()
    with server.connect(f"/ws/chat/secrets/?ticket={ticket}") as alice:
        browser.post("/accounts/logout/", page="/")
        assert alice.close_code() == 4401
    # By the form alone: the log has come as far as this.
    assert server.handshake_status("/ws/chat/secrets/last/") == 403
    server.wait_for("no WebSocket route for '/ws/chat/secrets/last/'")

    assert "POST /accounts/logout/" in server.log
    for secret in (session_key, csrf, *browser.tokens, PASSWORD):
        assert secret not in server.log
    assert "a wrong word" not in server.log


def test_a_handshake_that_fails_shows_no_secret(server):
    """Each of these is refused: a ticket that has been changed, a login that has ended,
    a page of another site. What the log says of it holds neither ticket nor key.
    """
    path, headers = server.door("alice", "refusals")
    session_key = headers["Cookie"].removeprefix("sessionid=")
    answer = server.post("/accounts/ticket/", session_key)
    ticket = answer.split('"')[3]
    assert server.handshake_status(f"{path}?ticket={ticket}", {}) == 101
    spoilt = ticket[:-8] + "AAAAAAA="
    assert server.handshake_status(f"{path}?ticket={spoilt}", {}) == 403
    evil = headers | {"Origin": "http://evil.example"}
    assert server.handshake_status(path, evil) == 403
    server.post("/accounts/logout/", session_key)
    assert server.handshake_status(path, headers) == 403
    assert server.handshake_status(f"{path}?ticket={ticket}", {}) == 403
    lines = server.wait_for("nobody is logged in", count=2)
    lines += server.wait_for("the ticket is no good")
    lines += server.wait_for("is not ours")
    ours = "\n".join(line for line in lines if "/ws/chat/refusals/" in line)
    assert "nobody is logged in" in ours
    for secret in (ticket, spoilt, session_key):
        assert secret not in ours
    assert session_key not in server.log
