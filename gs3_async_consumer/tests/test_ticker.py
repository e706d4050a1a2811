"""A task beside the handlers: it sends by itself and ends with its connection."""

import asyncio

import pytest


async def test_it_sends_by_itself(open_client, prefix):
    """It sends 1, 2, 3 without being asked."""
    client = await open_client(f"{prefix}ticker/")
    assert [await client.next_message() for _ in range(3)] == ["1", "2", "3"]


async def test_it_hears_while_it_sends(open_client, prefix):
    """It stops at the word stop: a handler that looped would never hear it."""
    client = await open_client(f"{prefix}ticker/")
    assert await client.next_message() == "1"
    await client.send_to(text_data="stop")
    for _ in range(1000):
        if await client.receive_nothing(timeout=0.1):  # a hundred ticks
            return
        await client.next_message()
    pytest.fail("it went on")


async def test_other_messages_are_ignored(open_client, prefix):
    """Any other text, bytes, and a second stop change nothing."""
    client = await open_client(f"{prefix}ticker/")
    for message in ("", "STOP", "stop it"):
        await client.send_input({"type": "websocket.receive", "text": message})
    await client.send_to(bytes_data=b"stop")
    assert [await client.next_message() for _ in range(5)] == ["1", "2", "3", "4", "5"]


async def test_no_task_is_left_behind(open_client, prefix):
    """After a disconnect there are no more tasks than before, stopped or not."""
    before = len(asyncio.all_tasks())
    clients = [await open_client(f"{prefix}ticker/") for _ in range(5)]
    for client in clients:
        assert await client.next_message() == "1"
    for client in clients:
        await client.disconnect()
    assert len(asyncio.all_tasks()) == before


@pytest.mark.parametrize("name", ["daphne", "uvicorn"])
def test_no_task_is_left_behind_in_a_server(start_server, prefix, name):
    """The same on a real server: by close, by stop and by a broken connection."""
    if name == "uvicorn":
        pytest.importorskip("uvicorn")
    server = start_server(name, "tests.counting:application")
    before = server.count()
    for ending in ("close", "stop", "break") * 3:
        with server.connect(f"{prefix}ticker/") as websocket:
            assert websocket.recv() == "1"
            if ending == "stop":
                websocket.send("stop")
            elif ending == "break":
                websocket.socket.close()
    server.wait_for_count(before)
    assert "Traceback" not in server.log
