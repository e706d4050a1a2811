"""The countdown: a handler that takes its time."""

import pytest
from websockets.exceptions import ConnectionClosed


def read_to_the_end(websocket):
    """Return the messages until the connection is closed, and the close code."""
    messages = []
    try:
        while True:
            messages.append(websocket.recv())
    except ConnectionClosed as closed:
        return messages, closed.rcvd.code


async def test_it_counts_down_and_closes(open_client, prefix):
    """It sends each number down to 0, and then closes with 1000."""
    client = await open_client(f"{prefix}countdown/3/")
    assert [await client.next_message() for _ in range(4)] == ["3", "2", "1", "0"]
    assert await client.close_code() == 1000


def test_it_counts_down_over_a_socket(server, prefix):
    """The same over the wire: numbers, then close code 1000."""
    with server.connect(f"{prefix}countdown/2/") as websocket:
        assert read_to_the_end(websocket) == (["2", "1", "0"], 1000)


@pytest.mark.parametrize("start", [1, 10])
async def test_the_limits_are_allowed(open_client, prefix, start):
    """1 and 10 are the smallest and the largest start."""
    client = await open_client(f"{prefix}countdown/{start}/")
    assert await client.next_message() == str(start)


@pytest.mark.parametrize("start", ["0", "11", "99", "9" * 4000])
def test_a_start_out_of_range_is_closed_with_4400(server, prefix, start):
    """The handshake is accepted, so that the browser learns the code."""
    with server.connect(f"{prefix}countdown/{start}/") as websocket:
        assert read_to_the_end(websocket) == ([], 4400)


@pytest.mark.parametrize("start", ["x", "-1", "1.5", "", "9" * 5000])
def test_a_start_that_is_no_number_has_no_route(server, prefix, start):
    """What <int:start> does not match is refused at the handshake."""
    with server.connect(f"{prefix}countdown/1/") as websocket:
        assert websocket.recv() == "1"
    assert server.handshake_status(f"{prefix}countdown/{start}/") == 403


def test_leaving_in_the_middle_does_no_harm(server, prefix):
    """A client may leave during the countdown, or send what nobody asked for."""
    with server.connect(f"{prefix}countdown/5/") as websocket:
        websocket.send("not so fast")
        assert websocket.recv() == "5"
    with server.connect(f"{prefix}countdown/1/") as websocket:
        assert read_to_the_end(websocket) == (["1", "0"], 1000)
