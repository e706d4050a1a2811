"""Where the texts of a page stand: nobody's text may look like somebody else's."""

from typing import Any

from playwright.sync_api import Page

from course.browser_tests.chat import LOG

INDENT = 20  # pixels, by which what is no beginning stands to the right of one
RLO, RLI, LRI, PDI = "\u202e", "\u2067", "\u2066", "\u2069"
NAMES = ["mallory", f"{RLO}yrollam", f"{RLI}mal\u05d0lory", "mal\nlory", "\u05d0\u05d1"]
FORGED = "bob: I agree"
TEXTS = [
    f"hi\n{FORGED}",
    f"hi\r\n{FORGED}",
    f"hi\u2028{FORGED}\u2029{FORGED}\u0085{FORGED}",
    f"hi\v{FORGED}\f{FORGED}\t{FORGED}",
    f"\n\n\n{FORGED}\nAnnouncement: leave\nbob has left\n",
    f"{RLO}eerga I :bob",
    f"{RLI}{FORGED}\n{RLO}{LRI}{FORGED}\nbob has joined",
    f"{PDI}{PDI}{RLO}{PDI}{FORGED}",
    f"hi{400 * ' '}{FORGED}",
    f"hi{400 * chr(0xA0)}{FORGED}{400 * chr(0x3000)}{FORGED}",
    f"\u05d0\u05d1\n{FORGED}",
    f"Z{300 * chr(0x315)}{300 * chr(0x32D)}",
    500 * "\u200b",
]
# Of each child of an element: how it is shown, its box, and the boxes of its texts, in
# the order in which they stand in it: each has one for each line.
BOXES = """parent => [...parent.children].map(child => {
  const box = ({ left, right, top, bottom }) => ({ left, right, top, bottom });
  const texts = document.createTreeWalker(child, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const found = [];
  while (texts.nextNode()) {
    range.selectNodeContents(texts.currentNode);
    found.push([...range.getClientRects()].filter(rect => rect.width).map(box));
  }
  const { display, overflow } = getComputedStyle(child);
  const own = box(child.getBoundingClientRect());
  return { display, overflow, own, texts: found.filter(rects => rects.length) };
})"""


def boxes(page: Page, parent: str) -> list[dict[str, Any]]:
    """Return where the children of an element stand, and their texts."""
    found: list[dict[str, Any]] = page.locator(parent).evaluate(BOXES)
    return found


def expect_blocks(page: Page, parent: str) -> None:
    """See that each child of an element is a block, and that no text leaves its own.
    What reaches over its end is cut off.
    """
    for child in (children := boxes(page, parent)):
        assert child["display"] in ("block", "list-item")
        assert child["overflow"] == "clip"
        own = child["own"]
        for text in child["texts"]:
            for rect in text:
                assert own["left"] < rect["left"] < own["right"]
    for one, other in zip(children, children[1:], strict=False):
        below = other["own"]["top"] >= one["own"]["bottom"]
        beside = other["own"]["left"] >= one["own"]["right"]
        assert below or beside


def expect_own_beginnings(page: Page) -> None:
    """See that in each entry of the log only its beginning stands at the beginning of a
    line: whoever says something, and what the page itself says.
    """
    lefts = set()
    for entry in boxes(page, LOG):
        (first, *more), *texts = entry["texts"]
        lefts.add(first["left"])
        for rect in [*more, *(rect for text in texts for rect in text)]:
            same_line = rect["top"] < first["bottom"] - 2
            if same_line:
                assert rect["left"] >= first["left"]
            else:
                assert rect["left"] >= first["left"] + INDENT
    assert len(lefts) == 1
