"""Suites in processes of their own: what they report, and how they end."""

import os
from pathlib import Path

import pytest

from course.errors import CourseError
from course.suite import INTERRUPTED, side_by_side, suites
from course.tests.gate import Gate, suite

TESTS = """
import pytest

def test_passes(): pass
def test_asserts(): assert 1 == 2
def test_asserts_with_a_sentence(): assert 1 == 2, "a sentence"
def test_is_failed(): pytest.fail("a sentence")
def test_breaks(): raise KeyError("a")
def test_runs_out_of_time(): raise TimeoutError
@pytest.mark.skip(reason="no Redis")
def test_is_skipped(): pass
@pytest.fixture
def broken(): raise KeyError("b")
def test_has_a_broken_fixture(broken): pass
@pytest.mark.parametrize("n", [1, 2])
def test_with_parameters(n): pass
"""


def test_outcomes_are_told_apart(tmp_path: Path) -> None:
    """A failed assertion is told from everything else that goes wrong."""
    result = suite(tmp_path, TESTS).run()
    outcomes = {case.name.split("::test_")[1]: case.outcome for case in result.cases}
    assert outcomes == {
        "passes": "passed",
        "asserts": "failed",
        "asserts_with_a_sentence": "failed",
        "is_failed": "failed",
        "breaks": "error",
        "runs_out_of_time": "error",
        "is_skipped": "skipped",
        "has_a_broken_fixture": "error",
        "with_parameters": "passed",
    }
    assert result.count("passed") == 3
    assert result.status == 1


@pytest.mark.parametrize("chosen", ["0", "99", "x", "-1", "²"])
def test_an_unknown_stage_is_a_sentence(repository: Path, chosen: str) -> None:
    """Asking for a stage that is not there names those that are."""
    with pytest.raises(CourseError, match=r"There are: 1 \(gs1_basic\)"):
        suites(repository, chosen)


def test_a_file_apart_is_a_suite_of_its_own(repository: Path) -> None:
    """What stages.toml sets apart is run once: not with the rest of its stage."""
    tests = repository / "gs1_basic" / "tests"
    for path in tests.glob("test_*.py"):
        path.unlink()
    for name in ("apart", "other"):
        (tests / f"test_{name}.py").write_text(f"def test_{name}(): assert True\n")
    manifest = repository / "course" / "stages.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text + 'apart = ["tests/test_apart.py"]\n')
    rest, apart = suites(repository, "1")
    name = "tests/test_apart.py::test_apart"
    assert [case.name for case in apart.run().cases] == [name]
    others = ["tests/test_other.py::test_other"]
    assert [case.name for case in rest.run().cases] == others


def test_a_case_says_what_it_is_about(tmp_path: Path) -> None:
    """Its file and function, its parameters, and its docstring to the first blank line,
    in one line that any terminal can show."""
    tests = (
        "import pytest\n@pytest.mark.parametrize('a', ['x y'])\n"
        "def test_it(a):\n"
        "    '''It\n    is\x1b so.\n\n    More.\n    '''\n"
        "    pytest.skip('no\\nRedis')\n"
    )
    [case] = suite(tmp_path, tests).run().cases
    assert (case.name, case.parameters) == ("test_it.py::test_it", "[x y]")
    assert case.doc == "It is\\x1b so."
    assert case.message == "no Redis"


def test_a_failure_to_clear_up_is_a_failure(tmp_path: Path) -> None:
    """A test that passes and fails to clear up has failed; one that fails and then
    fails to clear up is two cases."""
    tests = (
        "import pytest\n@pytest.fixture\ndef untidy():\n    yield\n"
        "    assert False, 'untidy'\n"
        "def test_passes(untidy): pass\ndef test_fails(untidy): 1 / 0\n"
    )
    result = suite(tmp_path, tests).run()
    untidy = ("failed", "at teardown: AssertionError: untidy")
    assert [(case.name[-6:], case.outcome, case.message) for case in result.cases] == [
        ("passes", *untidy),
        ("_fails", "error", "ZeroDivisionError: division by zero"),
        ("_fails", *untidy),
    ]


@pytest.mark.parametrize(
    ("tests", "outcome", "message"),
    [
        ("import no_such_module\n", "error", "ModuleNotFoundError: No module named"),
        ("assert False, 'what'\n", "error", "AssertionError: what"),
        ("def test_it(: pass\n", "error", "SyntaxError: "),
        ("import pytest\npytest.importorskip('no_such')\n", "skipped", "could not im"),
    ],
)
def test_a_file_that_cannot_be_collected_is_a_case(
    tmp_path: Path, tests: str, outcome: str, message: str
) -> None:
    """It is named, with the reason: an error, whatever was raised, or a skip."""
    [case] = suite(tmp_path, tests).run().cases
    assert (case.name, case.outcome) == ("test_it.py", outcome)
    assert case.message.startswith(message)


def test_a_fixture_that_is_missing_is_named(tmp_path: Path) -> None:
    """Where pytest gives no more than a text, its error is the message."""
    [case] = suite(tmp_path, "def test_it(nothing): pass\n").run().cases
    assert case.message == "at setup: fixture 'nothing' not found"


def test_a_suite_has_the_environment_of_its_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What tests and the processes they start see is not changed by the reports."""
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    tests = (
        "import os\ndef test_it():\n"
        "    assert os.environ['PYTHONPATH'] == 'elsewhere'\n"
        "    assert not [name for name in os.environ if name.startswith('COURSE')]\n"
    )
    assert suite(tmp_path, tests).run().output.count("1 passed")


def test_nothing_of_the_course_can_be_imported_in_a_suite(tmp_path: Path) -> None:
    """A stage that needed it would not be standalone."""
    tests = "def test_it():\n    import course\n"
    [case] = suite(tmp_path, tests).run().cases
    assert case.message == "ModuleNotFoundError: No module named 'course'"


@pytest.mark.parametrize("status", [0, 1, 7])
def test_a_suite_that_crashes_keeps_what_it_has_reported(
    tmp_path: Path, status: int
) -> None:
    """The test that was running is an error, and the exit status is said."""
    tests = f"import os\ndef test_a(): pass\ndef test_b(): os._exit({status})\n"
    result = suite(tmp_path, tests).run()
    assert [case.outcome for case in result.cases] == ["passed", "error"]
    end = f"pytest ended with exit status {status}"
    assert result.problem == f"{end}, while test_it.py::test_b was running"
    assert result.problem in result.output
    assert result.status


@pytest.mark.parametrize("deaf", [False, True])
def test_a_suite_that_hangs_is_ended_with_all_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deaf: bool
) -> None:
    """Its last test is named and what has passed is kept, though it does not listen to
    Ctrl-C, and neither does a process that it has started."""
    monkeypatch.setattr("course.suite.GRACE", 0.5 if deaf else 20)
    ignore = "signal.signal(signal.SIGINT, signal.SIG_IGN)" if deaf else "pass"
    with Gate() as gate, side_by_side() as pool:
        tests = (
            f"{gate.helpers}def test_a(): pass\ndef test_b():\n"
            f"    'It ends.'\n    {ignore}\n    start_child()\n    wait()\n"
        )
        run = pool.submit(suite(tmp_path, tests).run)
        both = [gate.wait(), gate.wait()]
        monkeypatch.setattr("course.suite.SLOWEST", 0)
        assert [each.recv(1) for each in both] == [b"", b""]
        result = run.result()
    assert result.problem == (
        "the suite hung and was ended after 0 s, while test_it.py::test_b was running"
    )
    assert [case.outcome for case in result.cases] == ["passed", "error"]
    assert result.cases[-1].doc == "It ends."
    assert result.status


def test_a_suite_that_is_ended_may_clear_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fixtures end as they do after Ctrl-C in pytest: they stop servers."""
    with Gate() as gate, side_by_side() as pool:
        tests = (
            f"{gate.helpers}import pytest\n@pytest.fixture\ndef server():\n    yield\n"
            "    open('cleared-up', 'w').close()\n"
            "def test_it(server): wait()\n"
        )
        run = pool.submit(suite(tmp_path, tests).run)
        gate.wait()
        monkeypatch.setattr("course.suite.SLOWEST", 0)
        run.result()
    assert (tmp_path / "cleared-up").exists()


def test_an_exception_ends_the_suites_that_run(tmp_path: Path) -> None:
    """Ctrl-C in the main thread ends them; those that wait are not started."""
    with Gate() as gate:
        tests = f"{gate.helpers}def test_it(): wait()\n"
        chosen = [suite(tmp_path, tests)] * (2 + (os.cpu_count() or 1))
        with pytest.raises(KeyboardInterrupt), side_by_side() as pool:
            runs = [pool.submit(each.run) for each in chosen]
            for _ in chosen[1:]:
                gate.wait()
            raise KeyboardInterrupt
    assert runs[-1].cancelled()
    assert all(run.result().interrupted for run in runs[:-1])
    assert runs[0].result().problem.startswith(f"{INTERRUPTED}, while test_it.py::test")
