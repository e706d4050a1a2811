"""Two tabs are one user: who comes and goes is a user, not a socket."""


async def test_a_second_tab_is_no_join(enter):
    """Nobody is told of it: the next that bob gets is what is said in it."""
    bob = await enter("bob")
    await enter("alice")
    await bob.wait_for(type="user_join", user="alice")
    tab = await enter("alice")
    await tab.say("hello")
    frame = await bob.next_json()
    assert (frame["type"], frame["user"]) == ("chat_message", "alice")


async def test_a_second_tab_joins_for_itself(enter):
    """It is told of itself once, by the join, and of the others by the roll call: its
    user is not among those who were there.
    """
    await enter("bob")
    first = await enter("alice")
    tab = await enter("alice")  # it has got its welcome and its join
    assert await tab.next_json() == {"type": "user_list", "users": ["bob"]}
    await first.say("hello")
    assert (await tab.next_json())["type"] == "chat_message"


async def test_of_two_tabs_of_another_one_hears_once(enter):
    """A newcomer is told of each user once, however many tabs answer the roll call."""
    await enter("alice")
    last = await enter("alice")
    bob = await enter("bob")
    assert await bob.next_json() == {"type": "user_list", "users": ["alice"]}
    await last.say("hello")
    assert (await bob.next_json())["type"] == "chat_message"


async def test_a_user_leaves_with_the_last_tab(enter):
    """Closing one of two is no leave: what is said in the other comes next."""
    bob = await enter("bob")
    first, second = await enter("alice"), await enter("alice")
    await first.disconnect()
    await second.say("still here")
    await bob.wait_for(type="user_join", user="alice")
    assert (await bob.next_json())["type"] == "chat_message"
    await second.disconnect()
    assert await bob.next_json() == {"type": "user_leave", "user": "alice"}


async def test_another_room_is_another_matter(enter):
    """Alice is in red and in blue; when she leaves red, it is a leave there."""
    bob, red = await enter("bob"), await enter("alice")
    await enter("alice", "blue")
    await bob.wait_for(type="user_join", user="alice")
    await red.disconnect()
    assert await bob.next_json() == {"type": "user_leave", "user": "alice"}


def test_on_redis_two_tabs_in_two_processes_are_one_user(keep, redis_url):
    """No second join, and no leave before the last has closed, wherever they are.

    On pub/sub: the queue layer may lose what it takes from Redis for a connection of
    its process that ends in that instant.
    """
    environment = {"REDIS_URL": redis_url, "REDIS_LAYER": "pubsub"}
    one, other = keep("runserver", **environment), keep("daphne", **environment)
    with one.enter("bob", "tabs") as bob:
        with other.enter("alice", "tabs") as second:
            with one.enter("alice", "tabs") as first:
                bob.wait_for(type="user_join", user="alice")
                first.say("hello")
                assert bob.next_json()["type"] == "chat_message"
            # That was no leave, whenever it is noticed.
            second.wait_for(type="chat_message")
            second.say("still here")
            assert bob.next_json()["type"] == "chat_message"
        assert bob.next_json() == {"type": "user_leave", "user": "alice"}
