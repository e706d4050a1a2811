"""What a consumer sends where nobody can receive it."""

import pytest
from channels.testing import ApplicationCommunicator
from processes import TIMEOUT


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("daphne", "ValueError: Socket has not been accepted"),
        ("uvicorn", "RuntimeError: Expected ASGI message 'websocket.accept'"),
    ],
)
def test_to_send_before_accepting_is_an_error(start_server, name, reason):
    """It is a mistake in our code: HTTP 500, and a traceback that leads to it."""
    server = start_server(name, "tests.early:application")
    assert server.handshake_status("/ws/chat/red/") == 500
    server.wait_for("Traceback")
    server.wait_for('await self.send_json({"type": "welcome"})')
    server.wait_for(reason)


@pytest.mark.parametrize("error", [OSError, RuntimeError])
async def test_a_client_that_has_gone_is_no_error(enter, error):
    """What is sent to it is lost. It leaves as soon as the server has noticed."""
    from config.asgi import application

    bob, guest = await enter("bob"), await enter("alice", "blue")
    scope = {**guest.scope, "path": "/ws/chat/red/"}
    deaf = False

    async def observed(scope, receive, send):
        async def send_if_there(event):
            if deaf:
                raise error("the client has gone")
            await send(event)

        await application(scope, receive, send_if_there)

    alice = ApplicationCommunicator(observed, scope)
    await alice.send_input({"type": "websocket.connect"})
    assert (await alice.receive_output(TIMEOUT))["type"] == "websocket.accept"
    await bob.wait_for(type="user_join", user="alice")
    deaf = True
    await bob.say("hello?")
    await bob.wait_for(type="chat_message")
    await alice.send_input({"type": "websocket.disconnect", "code": 1006})
    await alice.wait(TIMEOUT)
    await bob.wait_for(type="user_leave", user="alice")
