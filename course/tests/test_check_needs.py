"""Each rule about dependencies, broken in a copy of the repository."""

from pathlib import Path

import pytest

from course.tests.conftest import Broken, change


@pytest.mark.parametrize("module", ["gs1_basic", "course"])
def test_a_stage_imports_no_other_stage(
    two_stages: Path, broken: Broken, module: str
) -> None:
    """imports: a stage is standalone."""
    path = two_stages / "gs2_next" / "chat" / "extra.py"
    path.write_text(f"import {module}.config\n")
    assert f"gs2_next/chat/extra.py:1: it imports {module}" in broken(
        two_stages, "imports"
    )


def test_a_stage_imports_what_it_lists(repository: Path, broken: Broken) -> None:
    """imports: a package that requirements.txt does not list is refused."""
    path = repository / "gs1_basic" / "chat" / "views.py"
    path.write_text(f"import rich\n{path.read_text()}")
    said = broken(repository, "imports")
    assert "gs1_basic/chat/views.py:1: it imports rich" in said


def test_only_tests_import_pytest(repository: Path, broken: Broken) -> None:
    """imports: what the tests may import, the stage itself may not."""
    path = repository / "gs1_basic" / "chat" / "views.py"
    path.write_text(f"import pytest\n{path.read_text()}")
    assert "it imports pytest" in broken(repository, "imports")


def test_a_stage_lists_nothing_it_does_not_use(
    repository: Path, broken: Broken
) -> None:
    """requirements: a package that is not imported or named in a setting is refused."""
    path = repository / "gs1_basic" / "requirements.txt"
    path.write_text(path.read_text() + "rich==15.*\n")
    assert "the stage does not use rich" in broken(repository, "requirements")


def test_requirements_have_versions(repository: Path, broken: Broken) -> None:
    """requirements: a package without a version is refused."""
    change(repository / "gs1_basic" / "requirements.txt", "Django==5.2.*", "Django")
    assert "Django has no version" in broken(repository, "requirements")


def test_a_dependency_must_be_pinned(repository: Path, broken: Broken) -> None:
    """lock: requirements.txt is compiled anew after pyproject.toml changed."""
    change(repository / "pyproject.toml", '"rich",', '"rich", "attrs-of-mine",')
    said = broken(repository, "lock")
    assert "pyproject.toml: attrs-of-mine is not pinned" in said


def test_a_stage_must_agree_with_the_pins(repository: Path, broken: Broken) -> None:
    """lock: what a stage lists allows the version that everything is tested with."""
    change(repository / "gs1_basic" / "requirements.txt", "Django==5.2", "Django==4.2")
    assert "Django==4.2.* does not allow the pinned 5.2." in broken(repository, "lock")


def test_a_pin_must_have_hashes(repository: Path, broken: Broken) -> None:
    """lock: a pin without a hash is refused."""
    path = repository / "requirements.txt"
    path.write_text(f"six==1.17.0\n{path.read_text()}")
    assert "six has no hash" in broken(repository, "lock")
