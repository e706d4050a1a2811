"""The pager of make diff-N: git's choice, and none without a terminal."""

import sys

import pytest

from course.pager import find_pager

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are not on Windows", allow_module_level=True)

from course.environment import ROOT
from course.tests.terminal import run, terminal

DIFF = ["diff", "2", "chat/scope.py"]
LAST = "(changed lines, in 1 file)"


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"GIT_PAGER": "sh -c x", "PAGER": "cat"}, ["sh", "-c", "x"]),
        ({"PAGER": "sh"}, ["sh"]),
        ({"GIT_PAGER": "", "PAGER": "sh"}, []),
        ({"PAGER": "cat"}, []),
        ({"PAGER": "no-such-pager"}, []),
    ],
)
def test_the_pager_is_gits_choice(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], words: list[str]
) -> None:
    """GIT_PAGER comes before PAGER; an empty one, cat or a missing one is none."""
    for name in ("GIT_PAGER", "PAGER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert find_pager() == words


def test_on_a_terminal_the_step_goes_through_the_pager(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The pager gets the text in colour, and LESS as git sets it."""
    monkeypatch.setenv("GIT_PAGER", "sh -c 'echo paged by less -$LESS; cat -v'")
    monkeypatch.delenv("LESS", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    with terminal(DIFF, ROOT) as screen:
        screen.read_until(LAST)
        assert "paged by less -FRX\n" in screen.screen
        assert "^[[" in screen.screen
        assert screen.wait() == 0


def test_a_pager_that_is_left_early_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever presses q has read enough."""
    monkeypatch.setenv("GIT_PAGER", "sh -c 'echo left'")
    with terminal(["diff", "4"], ROOT) as screen:
        screen.read_until("left")
        assert screen.wait() == 0
        assert screen.screen.strip() == "left"


def test_ctrl_c_in_the_pager_is_the_pagers(monkeypatch: pytest.MonkeyPatch) -> None:
    """less goes on after Ctrl-C, so the command waits for it."""
    pager = "sh -c 'trap \"echo heard; exit\" INT; echo up; while :; do sleep 1; done'"
    monkeypatch.setenv("GIT_PAGER", pager)
    with terminal(DIFF, ROOT) as screen:
        screen.read_until("up")
        screen.type("\x03")
        screen.read_until("heard")
        assert screen.wait() == 0
        assert "Interrupted" not in screen.screen


def test_without_a_terminal_there_is_no_pager() -> None:
    """In a pipe the text is plain."""
    done = run(DIFF, GIT_PAGER="sh -c 'echo paged'")
    assert done.returncode == 0
    assert LAST in done.stdout
    assert "paged" not in done.stdout
