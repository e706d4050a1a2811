"""The story of stage 2: sync handlers, and the thread they share."""

from course.demos import in_turn, side_by_side
from course.story import Story

BROWSERS = ("alice", "bob", "carol")
COUNTDOWN = "/ws/sc/countdown/1/"


async def play(story: Story) -> None:
    """Show the consumers, then three countdowns on one thread, then on three."""
    alice, bob, _ = everyone = [story.browser(name) for name in BROWSERS]

    await story.say("The echo: what alice sends comes back, text as text.")
    await alice.connect("/ws/sc/")
    await alice.send("hello")
    await alice.expect("hello")
    await alice.close()

    await story.say("A generic consumer chooses a subprotocol, and closes with 4123.")
    await alice.connect("/ws/sc/text/", ["other", "echo.v1"])
    await alice.send("bye")
    await alice.expect_close(4123)

    await story.say("JSON in, JSON out. A bad request gets an answer; bob stays.")
    await bob.connect("/ws/sc/json/")
    await bob.send('{"op": "mul", "numbers": [6, 7]}')
    await bob.expect('{"result": 42}')
    await bob.send('{"op": "add", "numbers": [NaN]}')
    await bob.expect('{"error": "this is not JSON: NaN"}')
    await bob.send("")
    await bob.expect_json("error")
    await bob.close()

    await story.say("Three countdowns at once: when do bob and carol get in?")
    await in_turn(story, everyone, COUNTDOWN)

    await story.say(
        "All sync handlers share thread 1. Now with THREAD_PER_CONNECTION=1."
    )
    await story.restart(THREAD_PER_CONNECTION="1")
    await side_by_side(story, everyone, COUNTDOWN)

    await story.say(
        "alice asks to count down from 99: accepted, then closed with 4400."
    )
    await alice.connect("/ws/sc/countdown/99/")
    await alice.expect_close(4400)
