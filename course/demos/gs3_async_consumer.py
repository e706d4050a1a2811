"""The story of stage 3: async handlers, and the loop they share."""

from course.demos import in_turn, side_by_side
from course.story import Story

BROWSERS = ("alice", "bob", "carol")
COUNTDOWN = "/ws/ac/countdown/1/"


async def play(story: Story) -> None:
    """Show countdowns side by side, what blocks the loop, and a task of one's own."""
    alice, bob, carol = everyone = [story.browser(name) for name in BROWSERS]

    await story.say("Three countdowns at once, on the event loop: side by side.")
    await side_by_side(story, everyone, COUNTDOWN)

    await story.say("Somebody writes time.sleep for asyncio.sleep. Who has to wait?")
    await story.restart("time_sleep")
    await in_turn(story, everyone, COUNTDOWN)

    await story.say(
        "It blocks the loop. sync_to_async(time.sleep): 3 s for 1 s of work."
    )
    await story.restart("time_sleep_in_a_thread")
    await side_by_side(story, everyone, COUNTDOWN)

    await story.say(
        "One thread for all, again. thread_sensitive=False has a pool: 1 s."
    )
    await story.restart("time_sleep_in_the_pool")
    await side_by_side(story, everyone, COUNTDOWN)

    await story.say(
        "Now alice sends three messages to an echo that takes half a second."
    )
    await story.restart("slow_echo")
    await alice.connect("/ws/ac/")
    await alice.send_ahead("a", "b", "c")
    for text in "abc":
        await alice.expect(text)
    await alice.close()

    await story.say(
        "One connection, one event at a time. A task of its own runs beside them."
    )
    await story.restart(TICK="0.5")
    await alice.connect("/ws/ac/ticker/")
    await alice.expect("1")
    await alice.expect("2")
    await alice.send("stop")
    await alice.close()

    await story.say(
        "Server-Sent Events: one HTTP response that goes on, until bob leaves."
    )
    await bob.listen("/events/clock/", events=2)

    await story.say("JSON, as before: bad input gets an answer, and carol stays.")
    await carol.connect("/ws/ac/json/")
    await carol.send("[" * 3)
    await carol.expect_json("error")
    await carol.send('{"op": "add", "numbers": []}')
    await carol.expect('{"result": 0}')
    await carol.close()
