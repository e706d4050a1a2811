"""Running suites and reading their reports."""

from pathlib import Path

import pytest

from course.errors import CourseError
from course.suite import Suite, run_suites, suites

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


def suite(folder: Path, tests: str) -> Suite:
    """Return a suite of these tests."""
    (folder / "pytest.ini").write_text(
        "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
    )
    (folder / "test_it.py").write_text(tests)
    return Suite("mine", folder)


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


def test_the_table_ends_with_the_counts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The last line counts what passed and failed; failures are shown whole."""
    monkeypatch.delenv("CI", raising=False)
    assert run_suites([suite(tmp_path, TESTS)]) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == "3 passed, 6 failed"
    assert "a sentence" in out


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_a_skip_fails_on_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ci: str, status: int
) -> None:
    """Skipping is not passing: on CI a skipped test is a failure."""
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr("sys.platform", "linux")
    tests = "import pytest\ndef test_a(): pass\ndef test_b(): pytest.skip('no Redis')\n"
    assert run_suites([suite(tmp_path, tests)]) == status


@pytest.mark.parametrize("tests", ["", "import no_such_module\n"])
def test_no_test_is_no_success(tmp_path: Path, tests: str) -> None:
    """A suite without tests, or one that cannot be collected, fails."""
    assert run_suites([suite(tmp_path, tests)]) == 1


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
