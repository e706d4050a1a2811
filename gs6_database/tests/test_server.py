"""Starting and stopping."""

import signal
import sys

import pytest


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows sends no SIGINT to a child"
)
@pytest.mark.parametrize("name", ["runserver", "daphne"])
def test_ctrl_c_stops_the_server(start_server, name):
    """Ctrl-C ends the server at once, although a client is connected."""
    server = start_server(name)
    with server.enter("alice"):
        server.process.send_signal(signal.SIGINT)
        server.process.wait(5)
        server.reader.join()
    assert "Traceback" not in server.log
