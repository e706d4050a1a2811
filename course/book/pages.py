"""The pages of the book, and what cog writes into them."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cogapp.cogapp import Cog, CogError

from course.book.directives import Directives
from course.errors import CourseError
from course.stages import Stage

BEGIN = "<!-- [[[cog"  # what cog fills in stands between a line that begins so
END = "<!-- [[[end]]] -->"  # and this one
EMPTY = re.compile(rf"\]\]\] -->\n{re.escape(END)}")


def pages(root: Path) -> Iterator[Path]:
    """Yield the README and the pages of the book."""
    yield root / "README.md"
    yield from sorted((root / "notes").rglob("*.md"))


def filled(root: Path, stages: list[Stage], page: Path) -> str:
    """Return a page's text with all that it quotes as it stands now.

    Args:
        root: The repository.
        stages: Its stages.
        page: The Markdown file.

    Raises:
        CourseError: A directive asks for something that there is not.
    """
    cog = Cog()
    directives = Directives(root, stages, page)

    def writing(name: str) -> Callable[..., None]:
        directive = getattr(directives, name)
        return lambda *arguments: cog.cogmodule.out(directive(*arguments))

    text = page.read_text(encoding="utf-8")
    where = page.relative_to(root).as_posix()
    names = {name: writing(name) for name in Directives.NAMES}
    written = io.StringIO()
    try:
        cog.process_file(io.StringIO(text), written, where, names)
    except (CogError, SyntaxError) as error:
        said = str(error).strip().splitlines()[-1].removeprefix("CourseError: ")
        line = cog.cogmodule.firstLineNum
        raise CourseError(f"{where}, line {line}: {said}") from None
    if match := EMPTY.search(written.getvalue()):
        line = written.getvalue().count("\n", 0, match.start()) + 1
        raise CourseError(
            f"{where}, line {line}: the directive writes nothing; if it takes several "
            'lines, they stand between one with "[[[cog" and one with "]]]"'
        )
    return written.getvalue()


def write(root: Path, stages: list[Stage], chosen: Sequence[Path] = ()) -> list[Path]:
    """Fill in pages.

    Args:
        root: The repository.
        stages: Its stages.
        chosen: The pages; none for all.

    Returns:
        Those that changed.

    Raises:
        CourseError: A directive asks for something that there is not.
    """
    changed = []
    for page in chosen or pages(root):
        text = filled(root, stages, page)
        if text != page.read_text(encoding="utf-8"):
            page.write_text(text, encoding="utf-8")
            changed.append(page)
    return changed


def typed(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbers and lines of a page that were typed, not written by cog."""
    quoted = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(END):
            quoted = False
        if not quoted:
            yield number, line
        if line.startswith(BEGIN):
            quoted = True
