"""Consumers with a mistake, and what one sees of it."""

import asyncio

import pytest
from channels.consumer import AsyncConsumer

from course.mistakes import consumers
from course.tests.mistakes_help import (
    LATER,
    LEAVE,
    SOON,
    Connection,
    connecting,
    error_of,
    frame,
)


async def test_without_accept_the_handshake_is_not_answered() -> None:
    """A connect() that does not accept leaves the client waiting: there is no error."""
    client = Connection(consumers.ForgetsAccept.as_asgi())
    with pytest.raises(TimeoutError):
        await client.connect(SOON)


async def test_send_without_await_sends_nothing() -> None:
    """What was called and not awaited is not done; Python warns when it is dropped."""
    client = Connection(consumers.ForgetsAwait.as_asgi())
    said = "coroutine 'AsyncConsumer.send' was never awaited"
    with pytest.warns(RuntimeWarning, match=said):
        await client.ends(connecting(), LEAVE)
    assert client.output_queue.empty()


async def test_a_plain_handler_cannot_be_awaited() -> None:
    """A handler of an AsyncConsumer must be a coroutine, also if it awaits nothing."""
    said = await error_of(consumers.PlainHandler)
    assert said in (
        "TypeError: object NoneType can't be used in 'await' expression",
        "TypeError: 'NoneType' object can't be awaited",  # newer Pythons
    )


async def test_an_async_handler_in_a_sync_consumer_does_not_run() -> None:
    """A SyncConsumer calls its handlers: of a coroutine that is not enough."""
    client = Connection(consumers.AsyncHandler.as_asgi())
    said = "coroutine 'AsyncHandler.websocket_connect' was never awaited"
    with pytest.warns(RuntimeWarning, match=said):
        await client.ends(connecting(), LEAVE)
    assert client.output_queue.empty()


async def test_a_raw_consumer_needs_websocket_disconnect() -> None:
    """Without it each connection ends with an exception."""
    said = "ValueError: No handler for message type websocket.disconnect"
    assert await error_of(consumers.NoDisconnect, LEAVE) == said


async def test_a_misnamed_handler_is_not_found() -> None:
    """The type of an event is the name of its handler, dots become underscores."""
    said = "ValueError: No handler for message type websocket.receive"
    assert await error_of(consumers.WrongName, frame("hello")) == said


async def test_an_application_that_does_not_stop_outlives_its_client() -> None:
    """Without StopConsumer the application waits for events of who has gone."""
    client = Connection(consumers.NoStop.as_asgi())
    await client.open()
    await client.send_input(LEAVE)
    done, _ = await asyncio.wait([client.future], timeout=SOON)
    assert not done
    client.stop()


async def test_a_message_of_bytes_has_no_text() -> None:
    """A client may send either: event["text"] is missing from a binary message."""
    assert await error_of(consumers.TextOnly, frame(b"hello")) == "KeyError: 'text'"


async def test_sending_none_is_an_error() -> None:
    """send() wants a text or bytes: text_data is None if the message had bytes."""
    said = "ValueError: You must pass one of bytes_data or text_data"
    assert await error_of(consumers.SendsNothing, frame(b"hello")) == said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("hello", "JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
        (b"hello", "ValueError: No text section for incoming WebSocket frame!"),
        ("[" * 100_000, "RecursionError: maximum recursion depth exceeded"),
    ],
    ids=["no JSON", "bytes", "too deep"],
)
async def test_one_bad_message_ends_the_connection(
    content: str | bytes, said: str
) -> None:
    """What a JsonWebsocketConsumer cannot decode raises, and that is its end."""
    got = await error_of(consumers.TrustsJson, frame(content))
    assert got.startswith(said)


async def test_after_an_exception_disconnect_is_not_called() -> None:
    """Who was ended by an exception is still in the list of who is here."""
    consumers.FailsInReceive.online.clear()
    said = await error_of(consumers.FailsInReceive, frame("one"), LEAVE)
    assert said == "ValueError: invalid literal for int() with base 10: 'one'"
    assert len(consumers.FailsInReceive.online) == 1
    consumers.FailsInReceive.online.clear()


async def test_disconnect_is_called_after_a_refusal() -> None:
    """It must not use what connect() sets later than the refusal."""
    said = "AttributeError: 'SetsTooLate' object has no attribute 'room'"
    assert await error_of(consumers.SetsTooLate, LEAVE) == said


async def test_an_attribute_of_the_class_is_shared_by_all() -> None:
    """Each connection has a consumer of its own, and all have one class."""
    consumers.SharesItsList.messages.clear()
    alice = Connection(consumers.SharesItsList.as_asgi())
    bob = Connection(consumers.SharesItsList.as_asgi())
    await alice.open()
    await bob.open()
    await alice.send_to("secret")
    assert await alice.receive_from(LATER) == "secret"
    await bob.send_to("hello")
    assert await bob.receive_from(LATER) == "secret hello"
    alice.stop()
    bob.stop()


async def test_a_task_goes_on_after_its_consumer() -> None:
    """Whoever starts a task has to cancel it in disconnect()."""
    client = Connection(consumers.LeavesItsTask.as_asgi())
    await client.open()
    assert await client.ends(LEAVE) is None
    while not client.output_queue.empty():
        client.output_queue.get_nowait()
    assert (await client.output_queue.get())["text"] == "tick"
    (task,) = [each for each in asyncio.all_tasks() if "tick" in repr(each.get_coro())]
    task.cancel()


async def test_a_handler_that_loops_hears_nothing_more() -> None:
    """Not even that its client has gone: events wait for the handler before them."""
    client = Connection(consumers.LoopsInHandler.as_asgi())
    await client.open()
    await client.send_to("go")
    await client.send_input(LEAVE)
    done, _ = await asyncio.wait([client.future], timeout=SOON)
    assert not done
    client.stop()


async def test_without_the_middleware_there_is_no_user() -> None:
    """scope["user"] comes from AuthMiddlewareStack."""
    assert await error_of(consumers.NeedsUser) == "KeyError: 'user'"


@pytest.mark.parametrize(
    ("type", "said"),
    [
        ("", "Incoming message has no 'type' attribute"),
        ("_close", "Malformed type in message (leading underscore)"),
        (".close", "Malformed type in message (leading underscore)"),
    ],
)
async def test_an_event_needs_a_type(type: str, said: str) -> None:
    """The type names the handler, and names with an underscore in front are private."""
    event = {"type": type} if type else {}
    client = Connection(AsyncConsumer.as_asgi())
    error = await client.ends(event)
    assert isinstance(error, ValueError)
    assert str(error) == said


async def test_a_handshake_is_an_event_as_any_other() -> None:
    """An AsyncConsumer without handlers has none for websocket.connect either."""
    error = await Connection(AsyncConsumer.as_asgi()).ends(connecting())
    assert str(error) == "No handler for message type websocket.connect"
