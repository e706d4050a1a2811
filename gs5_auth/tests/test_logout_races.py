"""Whoever comes in while the session logs out does not stay."""

import asyncio

from accounts import browse, log_in, page
from channels.layers import get_channel_layer
from clients import Client
from endings import log_out
from processes import TIMEOUT
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

LOGIN_OVER = 4401
STORM = 30  # connections


async def test_a_logout_before_the_look_refuses_the_handshake(new_session, monkeypatch):
    """The login ends in the instant after the door, when the socket has joined its
    session's group and has not looked: it looks freshly, and sees it.
    """
    session_key = await new_session()
    import chat.consumers
    from chat.login import user_of

    def late(session_key):
        log_out(session_key)
        return user_of(session_key)

    monkeypatch.setattr(chat.consumers, "user_of", late)
    from config.asgi import application

    client = Client(application, "/ws/chat/red/", page(session_key))
    assert (await client.connect(TIMEOUT))[0] is False
    await client.disconnect()


async def test_a_logout_after_the_look_closes_the_socket(new_session, monkeypatch):
    """The login ends in the instant after the look: the socket has joined its session's
    group before, so it is told.
    """
    session_key = await new_session()
    import chat.consumers
    from chat.login import user_of

    def early(session_key):
        user = user_of(session_key)
        log_out(session_key)
        return user

    monkeypatch.setattr(chat.consumers, "user_of", early)
    from config.asgi import application

    client = Client(application, "/ws/chat/red/", page(session_key))
    assert (await client.connect(TIMEOUT))[0] is True
    assert await client.close_code() == LOGIN_OVER
    await client.disconnect()


def test_the_session_is_gone_before_its_sockets_are_told(client, monkeypatch):
    """A socket that joins the group after it was told looks later than that: the look
    must not find the session. So Django's own order, signal first, is turned round.
    """
    assert client.get("/").status_code == 200
    told = []

    async def tell(group, event):
        from django.contrib.sessions.models import Session

        told.append((event["type"], await Session.objects.aexists()))

    monkeypatch.setattr(get_channel_layer(), "group_send", tell)
    client.post("/accounts/logout/")
    assert told == [("login.over", False)]


async def test_no_socket_outlives_a_logout_in_a_storm(new_session):
    """Thirty sockets open while their session logs out, after the first is in: each is
    refused, or closed with 4401.
    """
    session_key = await new_session()
    from config.asgi import application

    in_it = asyncio.Event()

    async def come_in():
        client = Client(application, "/ws/chat/red/", page(session_key))
        accepted, _ = await client.connect(TIMEOUT)
        in_it.set()
        code = await client.close_code() if accepted else None
        await client.disconnect(timeout=TIMEOUT)
        return code

    async def go():
        await in_it.wait()
        await browse(session_key).post("/accounts/logout/")

    *codes, _ = await asyncio.gather(*(come_in() for _ in range(STORM)), go())
    assert LOGIN_OVER in codes
    assert set(codes) <= {LOGIN_OVER, None}


def test_on_redis_no_socket_outlives_a_logout_in_a_storm(two_on_redis):
    """The same over real sockets, in two processes, with one that was open before."""
    one, other = two_on_redis
    session_key = log_in("alice")

    async def come_in(server, go):
        path, headers = server.door("alice", session_key=session_key)
        url = f"ws://{server.address}{path}"
        try:
            async with connect(url, proxy=None, additional_headers=headers) as opened:
                go.set()
                async with asyncio.timeout(TIMEOUT):
                    while True:
                        await opened.recv()
        except InvalidStatus as refusal:
            return refusal.response.status_code
        except ConnectionClosed as closed:
            return closed.rcvd and closed.rcvd.code

    async def storm():
        go = asyncio.Event()
        servers = STORM // 2 * [one, other]
        coming = [asyncio.create_task(come_in(server, go)) for server in servers]
        await go.wait()
        await asyncio.to_thread(one.post, "/accounts/logout/", session_key)
        return await asyncio.gather(*coming)

    with other.enter("alice", session_key=session_key) as early:
        ends = asyncio.run(storm())
        assert early.close_code() == LOGIN_OVER
    assert LOGIN_OVER in ends
    assert set(ends) <= {LOGIN_OVER, 403}
