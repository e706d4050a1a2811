"""The story of stage 6: nothing is lost, whatever dies."""

from course.browser import Browser
from course.story import Story
from course.wire.brief import client_id

BROWSERS = ("alice", "bob", "carol")
SERVERS = 2
VALKEY = True
DATABASE = True
SQL = True
RED = "/ws/chat/red/"
LEASE = 4  # seconds
QUIET = ("new_channel", "group_add", "group_discard", "presence", "SELECT room")
# Who has come or gone a socket is told of, or sees by itself: whichever is the first.
NEWS = ("people.changed",)


async def enter(browser: Browser, upto: int, *others: str, after: int = 0) -> None:
    """Have a browser enter the room, and be told what is in it.

    Args:
        browser: The browser.
        upto: The number of the last message that it is told of.
        others: The users who are there.
        after: The number of the last message that it has.
    """
    await browser.connect(f"{RED}?after={after}" if after else RED)
    await browser.expect_type("welcome", user=browser.name)
    await browser.expect_type("history", upto=upto)
    await browser.expect_type("user_join", user=browser.name)
    if others:
        await browser.expect_type("user_list", users=sorted(others))


async def talk(story: Story, speaker: Browser, text: str, seq: int) -> None:
    """Have a browser say something, and wait until it is acknowledged.

    Args:
        story: The story.
        speaker: The browser.
        text: What it says.
        seq: The number that the message gets.
    """
    await speaker.speak(text, client_id(seq))
    await story.ran("COMMIT", server=speaker.server)
    await speaker.expect_type("ack", seq=seq)


async def hear(seq: int, *listeners: Browser) -> None:
    """Have browsers be told of a message."""
    for each in listeners:
        await each.expect_type("chat_message", seq=seq)


async def play(story: Story) -> None:
    """Show numbers, repeats and catch-up, leases, and a server that is killed."""
    alice, bob = story.browser("alice"), story.browser("bob", server=2)
    carol = story.browser("carol", server=2)
    await story.restart(
        "writer_of_nobody",
        REDIS_URL=story.redis_url,
        SESSION_CHECK_SECONDS="1",
        DATABASE_PATIENCE="2",
        LEASE_SECONDS=str(LEASE),
    )
    async with story.unseen():
        for browser in (alice, bob, carol):
            await browser.log_in()

    story.leave_out(*QUIET[:3], "SAVEPOINT", "RELEASE")
    await story.say("alice enters the room red: the room and her lease are rows.")
    await enter(alice, 0)
    await alice.hears("people.changed")

    story.leave_out(*QUIET, *NEWS)
    await story.say("bob enters, on server 2. He is told who is there, by one query.")
    await enter(bob, 0, "alice")
    await bob.hears("people.changed")
    await alice.expect_type("user_join", user="bob")

    await story.say("alice says hi: numbered, committed, told, acknowledged. In order.")
    await talk(story, alice, "hi", 1)
    await hear(1, alice, bob)

    await story.say("She repeats it, as if she had heard nothing. It is stored once.")
    await alice.speak("hi", client_id(1))
    await story.ran("SELECT message")
    await alice.expect_type("ack", seq=1)

    await story.say("bob loses his connection, and misses what alice says.")
    await bob.close()
    bob.expect_nothing()
    await alice.expect_type("user_leave", user="bob")
    for seq, text in ((2, "bob?"), (3, "are you there?")):
        await talk(story, alice, text, seq)
        await hear(seq, alice)

    await story.say("He is back, and says which message he has: ?after=1.")
    await enter(bob, 3, "alice", after=1)
    await bob.hears("people.changed")
    await alice.expect_type("user_join", user="bob")

    await story.say("alice whispers to dave, who has no lease anywhere: nobody heard.")
    await alice.speak("/pm dave psst", client_id(9))
    await alice.expect_type("error", code="not_here")

    missed = 3
    if story.can_stop_redis:
        await lose_broadcast(story, alice, bob)
        missed += 1
    else:
        await story.say(
            "REDIS_URL is your own Redis. It is not stopped: two steps less."
        )
    await kill(story, alice, bob, carol, missed)


async def lose_broadcast(story: Story, alice: Browser, bob: Browser) -> None:
    """Show a message that is committed and told to nobody."""
    await story.say(
        "Valkey stops. What alice says is committed, and told to nobody: no ack, 4503."
    )
    await story.stop_redis()
    await alice.speak("anybody?", client_id(4))
    await story.ran("COMMIT")
    await alice.expect_close(4503)
    await bob.expect_type("user_leave", user="alice")  # by his next look at the leases

    await story.say(
        "Valkey is back, and alice. She repeats it: acknowledged, and stored once."
    )
    async with story.unseen():
        await story.start_redis()
        for number in (1, 2):
            await story.until_accepted("/ws/chat/lobby/", number, like=bob)
        await enter(alice, 4, "bob", after=3)
        await bob.expect_type("user_join", user="alice")
        # The layer's readers wake up a second after Valkey.
        for browser in (alice, bob):
            await browser.hears("people.changed")
    await alice.speak("anybody?", client_id(4))
    await story.ran("SELECT message")
    await alice.expect_type("ack", seq=4)

    await story.say("bob has not heard it. His page asks every 15 s what it missed.")
    await bob.send('{"type": "sync", "after": 3}')
    await bob.expect_type("history", upto=4)


async def kill(
    story: Story, alice: Browser, bob: Browser, carol: Browser, last: int
) -> None:
    """Kill a server in the middle of a conversation, and have everybody complete."""
    await story.say("carol enters, on server 2, and the three talk.")
    await enter(carol, last, "alice", "bob")
    await carol.hears("people.changed")
    for browser in (alice, bob):
        await browser.expect_type("user_join", user="carol")
    await talk(story, carol, "here I am", last + 1)
    await hear(last + 1, alice, bob, carol)

    await story.say(
        "Server 2 is killed: kill -9. bob and carol are cut off. alice goes on talking."
    )
    await story.kill_server(2)
    for browser in (bob, carol):
        await browser.expect_lost()
    await talk(story, alice, "are you there?", last + 2)
    await hear(last + 2, alice)
    bob.server = 1
    await enter(bob, last + 2, "alice", "carol", after=last + 1)
    await talk(story, bob, "I am", last + 3)
    await hear(last + 3, alice, bob)

    await story.say(
        f"carol does not come. After {LEASE} s her lease has run out: she has left."
    )
    story.leave_out(*QUIET, *NEWS, "group_send")
    async with story.at_once():
        for browser in (alice, bob):
            await browser.expect_type("user_leave", user="carol")

    await story.say(
        "Server 2 is started again, and carol is back: she gets all that she missed."
    )
    story.leave_out(*QUIET, *NEWS)
    await story.start_server(2)
    await enter(carol, last + 3, "alice", "bob", after=last + 1)
    await carol.hears("people.changed")
    for browser in (alice, bob):
        await browser.expect_type("user_join", user="carol")
    await talk(story, carol, "me too", last + 4)
    await hear(last + 4, alice, bob, carol)
