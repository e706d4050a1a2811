"""The pages, asked for over HTTP."""

import pytest


def test_the_page_is_served(client):
    """GET / answers with the page."""
    response = client.get("/")
    assert response.status_code == 200
    assert "<title>" in response.text


def test_the_lobby_asks_for_a_room_alone(client):
    """It has a form that leads to a room, and asks for no name: the login says it."""
    page = client.get("/").text
    assert 'id="room-name-input"' in page
    assert 'id="name-input"' not in page
    assert "<span>visitor</span>" in page


@pytest.mark.parametrize("room", ["red", "A-b_9", 50 * "x"])
def test_a_room_has_a_page(client, room):
    """Letters, digits, hyphen and underscore make a room, up to 50."""
    response = client.get(f"/chat/{room}/")
    assert response.status_code == 200
    assert f'data-room="{room}"' in response.text


@pytest.mark.parametrize(
    "path", ["with space/", "é/", "a.b/", "a%0A/", "a/%0A", 51 * "x" + "/"]
)
def test_a_bad_room_is_not_found(client, path):
    """Any other name has no page: HTTP 404."""
    assert client.get("/chat/red/").status_code == 200
    assert client.get(f"/chat/{path}").status_code == 404


def test_the_slash_is_added(client):
    """/chat/red leads to /chat/red/: a page is found without its last slash, too."""
    response = client.get("/chat/red")
    assert response.status_code == 301
    assert response["Location"] == "/chat/red/"


def test_an_unknown_page_is_not_found(client):
    """A path without a view answers 404."""
    assert client.get("/no-such-page/").status_code == 404


def test_a_websocket_path_is_no_page(client):
    """A WebSocket route is not visible to HTTP: the two have tables of their own."""
    assert client.get("/ws/chat/red/").status_code == 404
