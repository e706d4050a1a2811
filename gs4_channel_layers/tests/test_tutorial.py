"""The official tutorial's chat page speaks to this server as it is."""

import json

import pytest
from servers import urlopen

ROOM = "/ws/chat/lobby/"


def test_its_page_is_understood(server):
    """It connects without a name, sends {"message": ...}, and reads data.message."""
    with server.connect(ROOM) as one, server.connect(ROOM) as other:
        other.wait_for(type="user_list")
        one.send(json.dumps({"message": "hello"}))
        for window in (one, other):
            shown = window.next_json().get("message")
            while shown is None:  # the page shows "undefined"
                shown = window.next_json().get("message")
            assert shown == "hello"


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/", ["room-name-input", "room-name-submit"]),
        (
            "/chat/lobby/",
            ["chat-log", "chat-message-input", "chat-message-submit"],
        ),
    ],
)
def test_our_pages_have_its_ids(client, path, names):
    """Its browser tests find what they look for."""
    page = client.get(path)
    assert page.status_code == 200
    for name in names:
        assert f'id="{name}"' in page.text


def test_its_addresses_are_ours(server):
    """A room has its page at /chat/ROOM/."""
    try:
        response = urlopen(f"http://{server.address}/chat/lobby/")
    except OSError as error:
        pytest.fail(f"/chat/lobby/: {error}")
    with response:
        assert b'id="chat-log"' in response.read()
