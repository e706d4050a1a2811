"""The README's pictures can be taken at any time."""

from pathlib import Path

from course.environment import ROOT
from course.pictures import take
from course.stages import find, load


def test_the_pictures_can_be_taken(tmp_path: Path) -> None:
    """The page's picture is a PNG; the wire's is an SVG that fetches nothing."""
    page, wire = take(tmp_path, find(load(ROOT), 1))
    assert page.read_bytes().startswith(b"\x89PNG")
    svg = wire.read_text(encoding="utf-8")
    assert "websocket.receive" in svg
    assert "url(http" not in svg
