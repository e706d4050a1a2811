"""The README's pictures, taken of what runs: python -m course pictures."""

import asyncio
import io
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from course.chromium import chromium
from course.database import PASSWORD, Database
from course.demo import perform
from course.screen import USUAL
from course.serving import PageServer, serve
from course.stages import Stage

PAGE = ViewportSize(width=1000, height=640)  # pixels
CHAT = ViewportSize(width=1000, height=900)  # pixels


def take_page(stage: Stage, path: Path) -> None:
    """Take a picture of stage 1's page after a short conversation.

    Args:
        stage: The stage.
        path: The PNG file to write.
    """
    with serve(stage) as address, chromium() as browser:
        page = browser.new_page(viewport=PAGE, color_scheme="light")
        page.goto(address)
        page.keyboard.press("Enter")
        page.locator("#state", has_text="open").wait_for()
        for text in ("hello", "is anybody there?"):
            page.keyboard.type(text)
            page.keyboard.press("Enter")
        page.get_by_role("button", name="Disconnect").click()
        page.locator("#state", has_text="closed").wait_for()
        page.screenshot(path=path)


def take_chat(stage: Stage, path: Path) -> None:
    """Take a picture of the page of a stage with accounts, in the middle of a chat.

    Args:
        stage: The stage.
        path: The PNG file to write.
    """
    database = Database(stage)
    server = PageServer(stage, database.environment)
    try:
        database.start()
        server.start()
        asyncio.run(database.wait_until_up())
        with chromium() as browser:
            alice, bob = (enter(browser, server, name) for name in ("alice", "bob"))
            talk = [
                (alice, "Who is coming to lunch?"),
                (bob, "I am. At twelve?"),
                (alice, "At twelve."),
                (bob, "/pm alice And after that?"),
            ]
            for page, text in talk:
                page.keyboard.type(text)
                page.keyboard.press("Enter")
                heard = text.rpartition("/pm alice ")[2]
                alice.locator("#chat-log", has_text=heard).wait_for()
            alice.screenshot(path=path)
    finally:
        server.stop()
        database.stop()


def enter(browser: Browser, server: PageServer, name: str) -> Page:
    """Return a room's page in a browser in which a user of the demo has logged in."""
    page = browser.new_context(viewport=CHAT, color_scheme="light").new_page()
    page.goto(f"{server.address}chat/lunch/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#chat-log", has_text=f"{name} has joined").wait_for()
    return page


def take_wire(stage: Stage, path: Path) -> None:
    """Take a picture of a stage's story as the terminal shows it.

    Args:
        stage: The stage.
        path: The SVG file to write.
    """
    console = Console(
        file=io.StringIO(),
        record=True,
        width=USUAL,
        force_terminal=True,
        color_system="truecolor",
    )
    perform(stage, console)
    # rich's own frame would fetch its font from a web server.
    frame = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    title = f"make demo-{stage.number}"
    svg = console.export_svg(title=title, code_format=frame, unique_id=stage.name)
    lines = (line.rstrip() for line in svg.splitlines())
    path.write_text("\n".join(line for line in lines if line) + "\n", encoding="utf-8")


def take(root: Path, stages: list[Stage]) -> list[Path]:
    """Take all pictures that the README shows.

    Args:
        root: Where notes/pictures/ is written.
        stages: The stages, in order.

    Returns:
        The files that were written.
    """
    folder = root / "notes" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    first, last = stages[0], stages[-1]
    page = folder / f"{first.name}_page.png"
    wire = folder / f"{first.name}_wire.svg"
    chat = folder / f"{last.name}_page.png"
    take_page(first, page)
    take_wire(first, wire)
    take_chat(last, chat)
    return [page, wire, chat]
