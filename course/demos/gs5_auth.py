"""The story of stage 5: who may speak, and until when."""

from course.browser import Browser
from course.story import Story

BROWSERS = ("alice", "bob", "tab 2", "carol")
SERVERS = 2
VALKEY = True
DATABASE = True
RED, BLUE = "/ws/chat/red/", "/ws/chat/blue/"
MOST = 20  # messages that a socket may send in 5 s
PRELUDE = ("new_channel", "group_add", "group_discard")


async def enter(browser: Browser, path: str = RED, ticket: str = "") -> None:
    """Have a browser enter a room, and wait for what it is told of itself."""
    await browser.connect(path, ticket=ticket)
    user = browser.account.user
    await browser.expect_type("welcome", user=user, room=path.split("/")[-2])
    await browser.expect_type("user_join", user=user)


async def play(story: Story) -> None:
    """Show the door, two tabs that are one user, and how a login ends."""
    alice, bob = story.browser("alice"), story.browser("bob", server=2)
    tab, carol = story.browser("tab 2", server=2, like=alice), story.browser("carol")
    # Each socket looks after 30 s, so that none looks while alice logs out.
    await story.restart(REDIS_URL=story.redis_url)

    story.leave_out(*PRELUDE)
    await story.say("carol has not logged in: refused, HTTP 403.")
    await carol.expect_refusal(RED)

    await story.say("alice logs in, over HTTP. From now on her browser has a cookie.")
    await alice.log_in()

    await story.say(
        "evil.example would use her cookie. Its Origin is refused, and so is none."
    )
    await alice.expect_refusal(RED, origin="http://evil.example")
    await alice.expect_refusal(RED, origin=None)

    await story.say("alice enters the room red. Her session and her name have groups.")
    story.leave_out()
    await enter(alice)

    await story.say(
        "She opens a second tab, on server 2. Nobody is told: it is still one alice."
    )
    story.leave_out(*PRELUDE)
    await enter(tab)
    await alice.hears("user.join", times=2)  # after her own
    await tab.hears("user.list")

    await story.say("bob enters. Both tabs answer him; he is told of one alice.")
    async with story.unseen():
        await bob.log_in()
    await enter(bob)
    for browser in (alice, tab):
        await browser.expect_type("user_join", user="bob")
    await bob.expect_type("user_list", users=["alice"])
    await bob.hears("user.list", times=2)

    await story.say("carol is here now too. alice whispers to bob, and gets a receipt.")
    async with story.unseen():
        await carol.log_in()
        await enter(carol)
        for browser in (alice, tab, bob):
            await browser.expect_type("user_join", user="carol")
        answers = [{"type": "user_list", "users": [name]} for name in ("alice", "bob")]
        await carol.expect_in_any_order(*answers)
        await carol.hears("user.list", times=3)
    await alice.speak("/pm bob psst")
    await alice.expect_type("private_message_delivered", target="bob", message="psst")
    await bob.expect_type("private_message", user="alice", message="psst")

    await story.say("One of her two tabs closes. All hear of it, and nobody is told.")
    await tab.close()
    tab.expect_nothing()
    for browser in (alice, bob, carol):
        await browser.hears("user.leave")

    await story.say(
        "tab 2 is in blue now, on server 2. alice logs out on server 1: both get 4401."
    )
    async with story.unseen():
        await enter(tab, BLUE)
    await alice.log_out()
    for browser in (alice, tab):
        await browser.expect_close(4401)
        await browser.over()
    for browser in (bob, carol):
        await browser.expect_type("user_leave", user="alice")

    await story.say(
        "A ticket opens a socket without cookie and Origin. A forged one does not."
    )
    async with story.unseen():
        await bob.close()
        await carol.expect_type("user_leave", user="bob")
    ticket = await bob.get_ticket()
    await enter(bob, ticket=ticket)
    await carol.expect_type("user_join", user="bob")
    await bob.expect_type("user_list", users=["carol"])
    await alice.expect_refusal(RED, ticket="forged")

    await story.say(
        f"bob has sent {MOST} messages in less than 5 s. One more is not sent on."
    )
    async with story.unseen():
        for number in range(MOST):
            await bob.speak(f"/pm dave {number}")
            await bob.expect_type("private_message_delivered", target="dave")
    await bob.speak("/pm dave psst")
    await bob.expect_type("error", code="rate_limited")

    async with story.unseen():
        for browser in (bob, carol):
            await browser.close()
        await story.restart(REDIS_URL=story.redis_url, SESSION_CHECK_SECONDS="1")
        await enter(bob)
        await enter(carol)
        await bob.expect_type("user_join", user="carol")
        await carol.expect_type("user_list", users=["bob"])

    await story.say(
        "carol's account is deactivated. Her socket looks every second, and closes."
    )
    await story.deactivate("carol")
    await carol.expect_close(4401)
    await carol.over()
    await bob.expect_type("user_leave", user="carol")
