"""The README's pictures can be taken at any time."""

import subprocess
import sys
from pathlib import Path

from course.environment import ROOT

# In a process of its own: Playwright and a story each want the event loop.
TAKE = """
import pathlib, sys
from course.pictures import take
from course.stages import load
take(pathlib.Path(sys.argv[1]), load(pathlib.Path.cwd()))
"""


def test_the_pictures_can_be_taken(tmp_path: Path) -> None:
    """The pages' pictures are PNGs; the wire's is an SVG that fetches nothing."""
    subprocess.run([sys.executable, "-c", TAKE, str(tmp_path)], cwd=ROOT, check=True)
    pages = list(tmp_path.rglob("*.png"))
    (wire,) = tmp_path.rglob("*.svg")
    assert len(pages) == 2
    for page in pages:
        assert page.read_bytes().startswith(b"\x89PNG")
    svg = wire.read_text(encoding="utf-8")
    assert "websocket.receive" in svg
    assert "url(http" not in svg
