"""What a log may not show."""

import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from accounts import make_user

PASSWORD = "correct horse battery"
TOKEN = re.compile('name="csrfmiddlewaretoken" value="(.+?)"')


def test_no_secret_is_in_the_log(server):
    """Somebody logs in on the page, chats, takes a ticket, enters with it, logs out:
    the log shows neither the session's key nor the password nor the form's token.
    """
    alice = make_user("alice")
    alice.set_password(PASSWORD)
    alice.save()
    cookies = CookieJar()
    browser = build_opener(HTTPCookieProcessor(cookies))
    tokens = []

    def get(path):
        with browser.open(f"http://{server.address}{path}") as response:
            text = response.read().decode()
        tokens.extend(TOKEN.findall(text))

    def post(path, **fields):
        fields["csrfmiddlewaretoken"] = tokens[-1]
        url = f"http://{server.address}{path}"
        with browser.open(url, urlencode(fields).encode()) as response:
            return response.read().decode()

    get("/accounts/login/")
    post("/accounts/login/", username="alice", password="a wrong word")
    post("/accounts/login/", username="alice", password=PASSWORD)
    get("/chat/secrets/")
    secrets = {cookie.name: cookie.value for cookie in cookies}
    session_key = secrets["sessionid"]
    with server.enter("alice", "secrets", session_key) as alice:
        alice.say("hello")
        alice.wait_for(type="chat_message")
    ticket = re.search('"ticket": "(.+)"', post("/accounts/ticket/"))[1]
    with server.connect(f"/ws/chat/secrets/?ticket={ticket}") as alice:
        post("/accounts/logout/")
        assert alice.close_code() == 4401
    # By the form alone: the log has come as far as this.
    assert server.handshake_status("/ws/chat/secrets/last/") == 403
    server.wait_for("no WebSocket route for '/ws/chat/secrets/last/'")

    assert "POST /accounts/logout/" in server.log
    for secret in (session_key, secrets["csrftoken"], *tokens, PASSWORD):
        assert secret not in server.log
    assert "a wrong word" not in server.log
