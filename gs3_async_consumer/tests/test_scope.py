"""What a consumer knows of its connection."""

import json


async def test_the_scope_is_sent_on_connect(open_client, prefix):
    """One JSON text with these keys comes by itself."""
    client = await open_client(f"{prefix}scope/")
    assert set(await client.next_json()) == {
        "path",
        "query_string",
        "headers",
        "client",
        "subprotocols",
        "url_route",
    }


async def test_path_and_query_are_apart(open_client, prefix):
    """The query string is not part of the path, and is not decoded for you."""
    client = await open_client(f"{prefix}scope/?a=1&b=%C3%BC")
    scope = await client.next_json()
    assert scope["path"] == f"{prefix}scope/"
    assert scope["query_string"] == "a=1&b=%C3%BC"


async def test_header_values_stay_here(open_client, prefix):
    """The names of the headers are sent, their values are not: cookies are headers."""
    headers = [(b"cookie", b"sessionid=SECRET")]
    client = await open_client(f"{prefix}scope/", headers=headers)
    text = await client.next_message()
    assert json.loads(text)["headers"] == ["cookie"]
    assert "SECRET" not in text


async def test_offered_subprotocols_are_listed(open_client, prefix):
    """The scope lists what the client offers, in the client's order."""
    client = await open_client(f"{prefix}scope/", ["b", "a"])
    assert (await client.next_json())["subprotocols"] == ["b", "a"]


async def test_messages_are_ignored(open_client, prefix):
    """A message is not answered and does not end the connection."""
    client = await open_client(f"{prefix}scope/")
    await client.next_json()
    await client.send_to(text_data="hello")
    assert await client.receive_nothing()


def test_the_client_is_an_address(server, prefix):
    """Over a real socket, client is the address and port of the other side."""
    with server.connect(f"{prefix}scope/") as websocket:
        scope = json.loads(websocket.recv())
        assert scope["client"] == list(websocket.local_address)
    assert {"host", "upgrade", "sec-websocket-key"} <= set(scope["headers"])


def test_bytes_that_are_no_utf8_do_no_harm(server, prefix):
    """A path or query with any bytes in it is answered like another."""
    with server.connect(f"{prefix}scope/?q=%FF%00") as websocket:
        assert json.loads(websocket.recv())["query_string"] == "q=%FF%00"
