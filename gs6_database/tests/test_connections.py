"""Connections to the database that nobody would use again."""

import pytest
from accounts import log_in, page
from asgiref.sync import sync_to_async
from channels.testing import HttpCommunicator
from django.db.backends.signals import connection_created
from processes import TIMEOUT
from storage import models


@pytest.fixture
def opened():
    """What is opened from now on, in any thread."""
    connections = []

    def note(connection, **kwargs):
        connections.append(connection)

    connection_created.connect(note)
    yield connections
    connection_created.disconnect(note)


async def test_a_page_leaves_no_connection_behind(opened):
    """Its thread ends with it, and nobody else would use what it has opened: after so
    many pages the database would accept no more.
    """
    models()
    from config.asgi import application

    headers = page(await sync_to_async(log_in)("alice"))
    headers += [(b"host", b"testserver")]
    opened.clear()
    for number in range(1, 4):
        client = HttpCommunicator(application, "GET", "/", headers=headers)
        assert (await client.get_response(TIMEOUT))["status"] == 200
        await client.wait(TIMEOUT)
        assert len(opened) == number
    assert [each.connection for each in opened] == [None, None, None]
