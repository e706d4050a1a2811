"""The page, asked for over HTTP."""


def test_the_page_is_served(client):
    """GET / answers with the page."""
    response = client.get("/")
    assert response.status_code == 200
    assert "<title>" in response.text


def test_the_page_offers_both_endpoints(client):
    """The page lets the visitor choose the sync or the async endpoint."""
    page = client.get("/").text
    assert 'value="/ws/sc/"' in page
    assert 'value="/ws/ac/"' in page


def test_an_unknown_page_is_not_found(client):
    """A path without a view answers 404."""
    assert client.get("/no-such-page/").status_code == 404


def test_a_websocket_path_is_no_page(client):
    """A WebSocket route is not visible to HTTP: the two have tables of their own."""
    assert client.get("/ws/sc/").status_code == 404
