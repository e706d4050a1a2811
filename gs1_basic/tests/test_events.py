"""What a consumer is given: connect, receive and disconnect."""

import pytest
from channels.testing import WebsocketCommunicator

from config.asgi import application

BOTH = pytest.mark.parametrize(
    ("path", "name"), [("/ws/sc/", " sync"), ("/ws/ac/", " async")]
)


@BOTH
def test_a_text_is_given_to_the_consumer(server, path, name):
    """A text frame arrives as text, and is logged once at INFO."""
    with server.connect(path) as websocket:
        websocket.send(f"hello ünï🙂{name}")
        (line,) = server.wait_for(f"{name} received text='hello")
    assert "INFO" in line
    assert "bytes=None" in line


@BOTH
def test_bytes_are_given_to_the_consumer(server, path, name):
    """A binary frame arrives as bytes, not as text."""
    with server.connect(path) as websocket:
        websocket.send(b"\x00\xff")
        server.wait_for(rf"{name} received text=None bytes=b'\x00\xff'")


@BOTH
def test_an_empty_frame_is_an_event_too(server, path, name):
    """A frame without content reaches the consumer like any other."""
    with server.connect(path) as websocket:
        websocket.send("")
        server.wait_for(f"{name} received text='' bytes=None")


@BOTH
def test_a_line_break_stays_one_log_line(server, path, name):
    """A message cannot forge a line of the log."""
    with server.connect(path) as websocket:
        websocket.send(f"one{name}\nFORGED")
        server.wait_for(rf"one{name}\nFORGED")
    assert not [line for line in server.lines if line.startswith("FORGED")]


@BOTH
def test_a_long_message_is_logged_in_part(server, path, name):
    """A long message is accepted whole, and logged up to a limit."""
    with server.connect(path) as websocket:
        websocket.send(f"long{name}" + "x" * 100_000)
        (line,) = server.wait_for(f"long{name}")
    assert len(line) < 400


@BOTH
def test_the_close_code_is_given_to_the_consumer(server, path, name):
    """The code the client closes with arrives with the disconnect event."""
    with server.connect(path) as websocket:
        websocket.close(4321)
    server.wait_for(f"{name} disconnected code=4321")


@BOTH
def test_the_consumer_never_replies(server, path, name):
    """Nothing is ever sent to the client, whatever it sends."""
    with server.connect(path) as websocket:
        websocket.send(f"first{name}")
        websocket.send(f"second{name}")
        # The second is handled, so the first is done with; what it sent stands before
        # the answer to a ping.
        server.wait_for(f"second{name}")
        assert websocket.ping().wait(10)
        with pytest.raises(TimeoutError):
            websocket.recv(timeout=0)


@BOTH
def test_each_connection_has_a_consumer_of_its_own(server, path, name):
    """Closing one connection leaves the other as it is."""
    with server.connect(path) as one, server.connect(path) as other:
        one.close(4001)
        server.wait_for(f"{name} disconnected code=4001")
        other.send(f"still here{name}")
        server.wait_for(f"still here{name}")


@pytest.mark.parametrize("path", ["/ws/sc/", "/ws/ac/"])
async def test_the_consumer_ends_with_its_connection(path):
    """After a disconnect the application is over: StopConsumer was raised."""
    communicator = WebsocketCommunicator(application, path)
    assert await communicator.connect() == (True, None)
    await communicator.disconnect()
    assert communicator.future.done()
    assert not communicator.future.cancelled()
