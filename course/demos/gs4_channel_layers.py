"""The story of stage 4: groups, and one layer for several processes."""

from course.browser import Browser
from course.story import Story

BROWSERS = ("alice", "bob", "carol")
SERVERS = 2
VALKEY = True


def room(name: str, browser: Browser) -> str:
    """Return the path of a room's socket for a browser."""
    return f"/ws/chat/{name}/?name={browser.name}"


async def enter(browser: Browser, name: str, *there: Browser) -> None:
    """Have a browser enter a room where others are."""
    await browser.connect(room(name, browser))
    await browser.expect_type("welcome", user=browser.name, room=name)
    for other in (browser, *there):
        await other.expect_type("user_join", user=browser.name)
    answers = [{"type": "user_list", "users": [other.name]} for other in there]
    await browser.expect_in_any_order(*answers)


async def talk(speaker: Browser, text: str, *listeners: Browser) -> None:
    """Have a browser say something that it and others hear."""
    await speaker.speak(text)
    for each in (speaker, *listeners):
        await each.expect_type("chat_message", user=speaker.name, message=text)


async def leave(browser: Browser, *there: Browser) -> None:
    """Have a browser leave a room where others are."""
    await browser.close()
    browser.expect_nothing()
    for other in there:
        await other.expect_type("user_leave", user=browser.name)


async def play(story: Story) -> None:
    """Show groups in one process, two processes apart, and two with one Valkey."""
    alice, bob = story.browser("alice"), story.browser("bob")
    carol = story.browser("carol", server=2)

    await story.say("alice enters the room red: her channel joins two groups.")
    await enter(alice, "red")

    story.leave_out("new_channel", "group_add", "group_discard")
    await story.say(
        "bob enters. The group is told, and alice answers bob's own channel."
    )
    await enter(bob, "red", alice)

    await story.say("alice says hi: one group_send, and each member is given it.")
    await talk(alice, "hi", bob)

    await story.say("carol enters red too, on server 2. Two processes, two memories.")
    await enter(carol, "red")
    await talk(alice, "carol?", bob)
    await talk(carol, "me?")

    await story.say(
        "Both servers anew, with REDIS_URL: one Valkey for both. alice again:"
    )
    async with story.unseen():
        for browser in (alice, bob, carol):
            await browser.close()
        await story.restart(REDIS_URL=story.redis_url)
        await enter(alice, "red")
        await enter(bob, "red", alice)
        await enter(carol, "red", alice, bob)
    await talk(alice, "hey", bob, carol)

    await story.say("carol has gone to the room blue: another group, so not for her.")
    async with story.unseen():
        await leave(carol, alice, bob)
        await enter(carol, "blue")
    await talk(alice, "psst", bob)
    await talk(carol, "hm?")

    await story.say("Bad input gets an answer, which nobody else sees. alice stays.")
    for text, code in (('{"message": ""}', "empty"), ("hi", "invalid_json")):
        await alice.send(text)
        await alice.expect_type("error", code=code)

    await story.say('python manage.py announce "Tea": from outside, to every room.')
    await story.manage("announce", "Tea")
    for browser in (alice, bob, carol):
        await browser.expect_type("announcement", message="Tea")

    async with story.unseen():
        await leave(carol)
        await enter(carol, "red", alice, bob)
    if story.can_stop_redis:
        await lose_and_find(story, alice, bob, carol)
    else:
        await story.say(
            "REDIS_URL is your own Redis. It is not stopped: two steps less."
        )

    await story.say("bob leaves. Those who stay are told.")
    await leave(bob, alice, carol)


async def lose_and_find(
    story: Story, alice: Browser, bob: Browser, carol: Browser
) -> None:
    """Show what it means that Valkey stops, and that it comes back."""
    await story.say(
        "carol is back in red. Valkey stops: who needs it is closed with 4503, then "
        "refused."
    )
    await story.stop_redis()
    await alice.speak("is it on?")
    await alice.expect_close(4503)
    await alice.expect_refusal(room("red", alice))

    await story.say(
        "Valkey is back, and alice too. bob and carol never lost their sockets."
    )
    async with story.unseen():
        await story.start_redis()
        for number in (1, 2):
            await story.until_accepted("/ws/chat/lobby/", number)
        await enter(alice, "red", bob, carol)
    await talk(alice, "yes", bob, carol)
