"""The echo, written with the ASGI events themselves."""

import pytest

MESSAGES = ["hello", "ünï🙂", "\x00", "<b>", "x" * 60_000, b"\x00\xff", b"hello"]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: repr(message)[:12])
def test_the_echo_over_a_socket(server, prefix, message):
    """A text comes back as the same text, bytes come back as the same bytes."""
    with server.connect(prefix) as websocket:
        websocket.send(message)
        assert websocket.recv() == message


async def test_text_comes_back_as_text(open_client, prefix):
    """A text frame is answered with a text frame."""
    client = await open_client(prefix)
    await client.send_to(text_data="hello")
    assert await client.next_message() == "hello"


async def test_bytes_come_back_as_bytes(open_client, prefix):
    """A binary frame is answered with a binary frame."""
    client = await open_client(prefix)
    await client.send_to(bytes_data=b"\x00\xff")
    assert await client.next_message() == b"\x00\xff"


async def test_messages_keep_their_order(open_client, prefix):
    """The answers come in the order of the messages."""
    client = await open_client(prefix)
    for number in range(50):
        await client.send_to(text_data=str(number))
    assert [await client.next_message() for _ in range(50)] == list(map(str, range(50)))


def test_an_empty_frame_does_no_harm(server, prefix):
    """After an empty frame the connection lives on. (Daphne never sends one back.)"""
    with server.connect(prefix) as websocket:
        websocket.send("")
        websocket.send("after")
        answers = [websocket.recv()]
        if answers == [""]:
            answers.append(websocket.recv())
    assert answers[-1] == "after"


def test_a_message_of_one_mebibyte_passes(server, prefix):
    """1 MiB, the largest message that Daphne takes, comes back whole."""
    message = "x" * 2**20
    with server.connect(prefix) as websocket:
        websocket.send(message)
        assert websocket.recv() == message


async def test_connections_are_apart(open_client, prefix):
    """Each connection gets its own answers and nobody else's."""
    one, other = await open_client(prefix), await open_client(prefix)
    await one.send_to(text_data="one")
    assert await one.next_message() == "one"
    await other.send_to(text_data="other")
    assert await other.next_message() == "other"


async def test_the_application_ends_with_its_connection(open_client, prefix):
    """After a disconnect the application is over: StopConsumer was raised."""
    client = await open_client(prefix)
    await client.send_to(text_data="hello")
    assert await client.next_message() == "hello"
    await client.disconnect()
    assert client.future.done()
    assert not client.future.cancelled()
