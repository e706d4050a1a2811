"""Who one is: the name asked for, or a guest."""

import re

import pytest

GUEST = re.compile("guest-[0-9a-f]{4}")


async def test_nicks_may_be_equal(enter):
    """Presence is per connection here: two may have one name."""
    await enter("alice")
    second = await enter("alice")
    assert (await second.wait_for(type="user_list"))["users"] == ["alice"]


@pytest.mark.parametrize("name", ["", "%3Cb%3E", "a%0A", "%FF", 51 * "x"])
async def test_a_bad_nick_makes_a_guest(open_client, name):
    """Without 1 to 50 legal characters one is guest- and four hex digits."""
    client = await open_client(name)
    assert GUEST.fullmatch((await client.next_json())["user"])


def test_no_nick_makes_a_guest(server):
    """The address need not name anybody."""
    with server.connect("/ws/chat/red/") as client:
        assert GUEST.fullmatch(client.next_json()["user"])


@pytest.mark.parametrize("name", ["a", "A-b_9", 50 * "x"])
async def test_a_legal_nick_is_kept(open_client, name):
    """Letters, digits, hyphen and underscore are taken as they are, up to 50."""
    client = await open_client(name)
    assert (await client.next_json())["user"] == name
