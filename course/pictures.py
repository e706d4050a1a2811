"""The README's pictures, taken of what runs: python -m course pictures."""

import io
import re
from pathlib import Path

from playwright.sync_api import ViewportSize
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from course.chromium import chromium
from course.demo import perform
from course.screen import USUAL
from course.serving import serve
from course.stages import Stage

PAGE = ViewportSize(width=1000, height=640)  # pixels


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


def take(root: Path, stage: Stage) -> list[Path]:
    """Take all pictures that the README shows.

    Returns:
        The files that were written.
    """
    folder = root / "notes" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{stage.name}_page.png"
    wire = folder / f"{stage.name}_wire.svg"
    take_page(stage, page)
    take_wire(stage, wire)
    return [page, wire]
