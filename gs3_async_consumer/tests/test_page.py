"""The page, asked for over HTTP."""

import pytest


def test_the_page_is_served(client):
    """GET / answers with the page."""
    response = client.get("/")
    assert response.status_code == 200
    assert "<title>" in response.text


@pytest.mark.parametrize("path", ["countdown/3/", "scope/", "text/", "json/"])
def test_the_page_offers_each_endpoint(client, prefix, path):
    """The page lets the visitor choose each of the endpoints."""
    assert f'value="{prefix}{path}"' in client.get("/").text


def test_an_unknown_page_is_not_found(client):
    """A path without a view answers 404."""
    assert client.get("/no-such-page/").status_code == 404


def test_a_websocket_path_is_no_page(client, prefix):
    """A WebSocket route is not visible to HTTP: the two have tables of their own."""
    assert client.get(prefix).status_code == 404
