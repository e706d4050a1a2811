"""What a test with Channels' own live server can and cannot do: each test is a fact."""

import pytest

from course.environment import ROOT
from course.suite import Case, Suite

SETTINGS = "course.tests.facts_live"
Cases = dict[str, Case]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Cases:
    """The outcomes of facts_live.py, run by pytest in a process of its own."""
    module = f"{SETTINGS.replace('.', '/')}.py"
    database = str(tmp_path_factory.mktemp("live") / "db.sqlite3")
    arguments = (f"--ds={SETTINGS}", "--noconftest", module)
    env = {"FACTS_LIVE_DATABASE": database}
    run = Suite("live", ROOT, arguments, env=env).run()
    cases = {case.name.split("::")[-1]: case for case in run.cases}
    assert len(cases) == 3, run.output
    return cases


def test_a_live_server_is_another_process(suite: Cases) -> None:
    """What the test patches is not patched there."""
    case = suite["test_is_answered_from_this_process"]
    assert case.outcome == "failed", case.message


def test_a_live_server_does_not_hear_the_tests_layer(suite: Cases) -> None:
    """Each process has an in-memory layer of its own: a member of the group hears the
    server's group_send(), and not the test's.
    """
    assert suite["test_has_the_server_tell_the_group"].outcome == "passed"
    case = suite["test_tells_the_group"]
    assert case.outcome == "failed"
    assert "'the server' != 'the test'" in case.message
