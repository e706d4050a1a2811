"""The best-known public tutorials' chat pages speak to this server as they are."""

import json

import pytest


def test_the_official_page_is_understood(server):
    """It sends {"message": ...}, and reads data.message of each frame."""
    with server.enter("alice", "lobby") as one, server.enter("bob", "lobby") as other:
        one.send(json.dumps({"message": "hello"}))
        for window in (one, other):
            shown = None
            while shown is None:  # the page shows "undefined"
                shown = window.next_json().get("message")
            assert shown == "hello"


def test_the_other_page_is_understood(server):
    """It reads six types, each with the keys that it looks for."""
    with server.enter("alice") as alice:
        with server.enter("bob") as bob:
            frames = [bob.wait_for(type="user_list"), alice.wait_for(type="user_join")]
            alice.say("hello")
            alice.say("/pm bob psst")
            frames += [
                bob.wait_for(type="chat_message"),
                bob.wait_for(type="private_message"),
                alice.wait_for(type="private_message_delivered"),
            ]
        frames.append(alice.wait_for(type="user_leave"))
    for frame in frames:
        del frame["type"]
    assert frames == [
        {"users": ["alice"]},
        {"user": "bob"},
        {"user": "alice", "message": "hello"},
        {"user": "alice", "message": "psst"},
        {"target": "bob", "message": "psst"},
        {"user": "bob"},
    ]


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
    """The official tutorial's browser tests find what they look for."""
    page = client.get(path)
    assert page.status_code == 200
    for name in names:
        assert f'id="{name}"' in page.text
