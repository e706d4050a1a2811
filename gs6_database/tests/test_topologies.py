"""Who hears whom: one process, two processes, two processes and Redis."""


def test_in_one_process_a_message_reaches_all(server):
    """In memory, and in one process, everybody in the room hears it."""
    with server.enter("alice") as alice, server.enter("bob") as bob:
        alice.say("hello")
        for client in (alice, bob):
            client.wait_for(type="chat_message", user="alice", message="hello")


def test_in_memory_a_message_does_not_reach_another_process(two_in_memory):
    """Two processes, two memories: bob gets his own message and not alice's.

    Both are heard in their own process; so it is not that nothing is delivered.
    """
    one, other = two_in_memory
    with one.enter("alice") as alice, other.enter("bob") as bob:
        alice.say("hello")
        alice.wait_for(type="chat_message", message="hello")
        bob.say("is anybody there?")
        assert bob.wait_for(type="chat_message")["user"] == "bob"


def test_in_memory_a_roll_call_does_not_reach_another_process(two_in_memory):
    """Nor is bob told of alice: the next that he gets is carol, of his own process."""
    one, other = two_in_memory
    with other.enter("bob") as bob, one.enter("alice"), other.enter("carol"):
        frame = bob.next_json()
        assert (frame["type"], frame["user"]) == ("user_join", "carol")


def test_on_redis_a_message_reaches_both_processes(two_on_redis):
    """The channel layer is outside of both processes: everybody hears it."""
    one, other = two_on_redis
    with one.enter("alice") as alice, other.enter("bob") as bob:
        alice.say("hello")
        for client in (alice, bob):
            client.wait_for(type="chat_message", user="alice", message="hello")


def test_on_redis_a_roll_call_is_answered_from_another_process(two_on_redis):
    """A channel's name is good in every process: alice answers bob's."""
    one, other = two_on_redis
    with one.enter("alice") as alice, other.enter("bob") as bob:
        bob.wait_for(type="user_list", users=["alice"])
        alice.wait_for(type="user_join", user="bob")


def test_on_redis_a_leave_reaches_another_process(two_on_redis):
    """Those who stay are told, wherever they are."""
    one, other = two_on_redis
    with one.enter("alice") as alice:
        with other.enter("bob"):
            alice.wait_for(type="user_join", user="bob")
        alice.wait_for(type="user_leave", user="bob")


def test_on_redis_another_room_hears_nothing(two_on_redis):
    """Rooms are apart on Redis too: the next that carol gets is her own message."""
    one, other = two_on_redis
    with one.enter("alice") as alice, other.enter("carol", "blue") as carol:
        alice.say("hello")
        alice.wait_for(type="chat_message")
        carol.say("hello from blue")
        assert carol.next_json()["message"] == "hello from blue"


def test_on_redis_the_messages_of_one_sender_keep_their_order(two_on_redis):
    """Twenty messages of alice arrive as she sent them, at bob and at herself."""
    one, other = two_on_redis
    with one.enter("alice") as alice, other.enter("bob") as bob:
        sent = [str(number) for number in range(20)]
        for message in sent:
            alice.say(message)
        for client in (alice, bob):
            heard = [client.wait_for(type="chat_message")["message"] for _ in sent]
            assert heard == sent
