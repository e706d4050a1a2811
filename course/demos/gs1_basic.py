"""The story of stage 1: how a connection reaches the code."""

from course.story import Story

BROWSERS = ("alice", "bob")


async def play(story: Story) -> None:
    """Show HTTP, both consumers, what they are given, and a path without a route."""
    alice, bob = (story.browser(name) for name in BROWSERS)

    await story.say("alice asks for the page. It is HTTP: Django answers.")
    await alice.get("/")

    await story.say("alice opens a WebSocket to /ws/sc/: the SyncConsumer accepts it.")
    await alice.connect("/ws/sc/")

    await story.say("bob opens one to /ws/ac/: the AsyncConsumer, on the event loop.")
    await bob.connect("/ws/ac/")

    await story.say("alice sends a text. The consumer is given it, and never replies.")
    await alice.send("hello")

    await story.say("bob sends a text, then bytes: one event each.")
    await bob.send("hi")
    await bob.send(b"\x00\x01\x02")

    await story.say("alice closes: the consumer is given the code.")
    await alice.close(1000)
    alice.expect_nothing()

    await story.say("bob closes with a code of his own, 4000 to 4999 are free for it.")
    await bob.close(4001)
    bob.expect_nothing()

    await story.say("alice asks for a path without a route: refused, HTTP 403.")
    await alice.expect_refusal("/ws/nowhere/")

    await story.say("bob forgets the slash at the end: that is another path.")
    await bob.expect_refusal("/ws/ac")
