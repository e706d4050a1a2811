"""What the doctor finds of the mistakes that the book quotes, and nothing else."""

import re
import shutil
from pathlib import Path

import pytest

from course.environment import ROOT
from course.tests.channels_project import examine, write_project

MISTAKES = ROOT / "course" / "mistakes"
NOT_AWAITED = "coroutine-inmemorychannellayergroup_{}-was-never-awaited"
AWAITED_TWICE = "you-cannot-use-asynctosync-in-the-same-thread-as-an-async-event-loop"
# The classes of each file that can be found by reading, and the symptom of each.
FOUND = {
    "consumers.py": {
        "AsyncHandler": "coroutine-asynchandlerwebsocket_connect-was-never-awaited",
        "ForgetsAccept": "the-handshake-is-not-answered",
        "ForgetsAwait": "coroutine-asyncconsumersend-was-never-awaited",
        "PlainHandler": "object-nonetype-cant-be-used-in-await-expression",
    },
    "layers.py": {
        "ForgetsAwaitOfDiscard": "who-has-gone-is-still-in-the-group",
        "ForgetsAwaitOfSend": NOT_AWAITED.format("send"),
    },
    "login.py": {},
    "older.py": {"Echo": "takes-no-arguments-at-the-first-connection"},
    "threads.py": {
        "AwaitsSyncCall": AWAITED_TWICE,
        "ForgetsAsyncToSync": NOT_AWAITED.format("add"),
        "SyncCallInAsync": AWAITED_TWICE,
    },
}


@pytest.mark.parametrize("name", FOUND)
def test_the_mistakes_of_the_book_are_found(tmp_path: Path, name: str) -> None:
    """Put into a project, each class has its symptom, and the others have none."""
    project = write_project(tmp_path)
    shutil.copy(MISTAKES / name, project / "chat" / "mistakes.py")
    found = {}
    for finding in examine(project):
        assert finding.cause.startswith("chat/mistakes.py:")
        owner = re.search(r"(?:class |)\b([A-Z]\w+)(?:\.|, and)", finding.cause)
        assert owner is not None, finding.cause
        found[owner[1]] = finding.entry
    assert found == FOUND[name]


def test_an_event_without_a_handler_is_found(tmp_path: Path) -> None:
    """Its handler is missing in the file, and must not be in another one."""
    project = write_project(tmp_path)
    text = (MISTAKES / "layers.py").read_text(encoding="utf-8")
    text = text.replace("chat_message", "other_message")
    (project / "chat" / "mistakes.py").write_text(text, encoding="utf-8")
    for name in ("consumers.py", "views.py", "routing.py"):
        (project / "chat" / name).unlink()
    found = {finding.entry for finding in examine(project)}
    assert "no-handler-for-message-type-chatmessage" in found
