"""The generic consumer: subprotocols, echo, and a close code of its own."""

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect


async def test_the_offered_subprotocol_is_chosen(open_client, prefix):
    """Of the subprotocols that the client offers, echo.v1 is accepted."""
    client = await open_client(f"{prefix}text/", ["other", "echo.v1"])
    assert client.subprotocol == "echo.v1"


@pytest.mark.parametrize("offered", [None, ["other"], ["ECHO.V1"]])
async def test_without_it_none_is_chosen(open_client, prefix, offered):
    """Without echo.v1 among them the connection is accepted with no subprotocol."""
    client = await open_client(f"{prefix}text/", offered)
    assert client.subprotocol is None


async def test_text_and_bytes_come_back(open_client, prefix):
    """A text is echoed as text, bytes as bytes."""
    client = await open_client(f"{prefix}text/")
    await client.send_to(text_data="hi")
    assert await client.next_message() == "hi"
    await client.send_to(bytes_data=b"hi")
    assert await client.next_message() == b"hi"


async def test_bye_closes_with_4123(open_client, prefix):
    """The text bye closes the connection, with a code that is this project's own."""
    client = await open_client(f"{prefix}text/")
    await client.send_to(text_data="bye")
    assert await client.close_code() == 4123


def test_the_code_reaches_the_client(server, prefix):
    """Over a real socket the client sees 4123; what it sent after bye is dropped."""
    with (
        server.connect(f"{prefix}text/") as websocket,
        pytest.raises(ConnectionClosed) as closed,
    ):
        # The connection may be closed before all is sent.
        for text in ("bye", "are you there?", "bye"):
            websocket.send(text)
        websocket.recv()
    assert closed.value.rcvd.code == 4123


async def test_bye_in_bytes_is_an_echo(open_client, prefix):
    """Only the text bye closes: the same bytes are a message like any other."""
    client = await open_client(f"{prefix}text/")
    await client.send_to(bytes_data=b"bye")
    assert await client.next_message() == b"bye"


def test_an_empty_frame_does_no_harm_here(server, prefix):
    """After an empty text or binary frame the connection lives on."""
    with server.connect(f"{prefix}text/") as websocket:
        for message in ("", b"", "after"):
            websocket.send(message)
        answers = [websocket.recv()]
        while answers[-1] != "after":
            answers.append(websocket.recv())
    assert answers in (["after"], ["", b"", "after"])


@pytest.mark.parametrize("header", ["", ",", " , ,", "a b", "echo.v2,,", "ECHO.v1;q=1"])
def test_an_odd_offer_is_accepted_or_refused(server, prefix, header):
    """A subprotocol header of any form gives a connection, or HTTP 400."""
    with server.connect(f"{prefix}text/") as websocket:
        websocket.send("hi")
        assert websocket.recv() == "hi"
    url = f"ws://{server.address}{prefix}text/"
    headers = {"Sec-WebSocket-Protocol": header}
    try:
        with connect(url, additional_headers=headers, proxy=None) as websocket:
            websocket.send("hi")
            assert websocket.recv(timeout=5) == "hi"
    except InvalidStatus as refusal:
        assert refusal.response.status_code == 400
