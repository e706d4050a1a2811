"""The stories: one module a stage, named like it.

Each has BROWSERS, the names of its lanes, and play(story), which is the story. It may
have SERVERS, how many processes serve the stage (1 if not given), and VALKEY, whether
the stage has a channel layer for which a Valkey is started, and DATABASE, whether a
temporary database is made, with users. What several stories tell stands here.
"""

from collections.abc import Sequence

from course.browser import Browser
from course.story import Story


async def count_down(browser: Browser) -> None:
    """Wait for the numbers of a countdown from 1, and for its end."""
    await browser.expect("1")
    await browser.expect("0")
    await browser.expect_close(1000)


async def in_turn(story: Story, browsers: Sequence[Browser], path: str) -> None:
    """Have all ask for a countdown at once, of which one after the other is served."""
    await story.queue_up(browsers, path)
    for browser in browsers:
        await browser.opened()
        await count_down(browser)


async def side_by_side(story: Story, browsers: Sequence[Browser], path: str) -> None:
    """Have all ask for a countdown, and be served at once."""
    async with story.at_once():
        for browser in browsers:
            await browser.connect(path)
        for browser in browsers:
            await count_down(browser)
