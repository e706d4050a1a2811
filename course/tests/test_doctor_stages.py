"""What the doctor looks at here, and what it finds when a stage cannot be imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from course.doctor import command, inventory
from course.doctor.command import main
from course.doctor.findings import Finding, lines_of
from course.doctor.machine import examine_packages, package_versions
from course.doctor.stage import examine_stage
from course.environment import ROOT, environment_python, fingerprint
from course.stages import Stage, find, load
from course.tests.channels_project import known_entries
from course.tests.conftest import change


@pytest.fixture
def stage(repository: Path) -> Stage:
    """Stage 1, to be broken, with the packages of this repository."""
    (repository / ".venv").symlink_to(ROOT / ".venv")
    return find(load(repository), 1)


def only(stage: Stage) -> Finding:
    """Return the one thing that is wrong with a stage."""
    (finding,) = examine_stage(stage.root, stage)
    return finding


def test_a_syntax_error_in_a_consumer_is_found(stage: Stage) -> None:
    """In one line, with its place."""
    consumers = stage.path / "chat" / "consumers.py"
    consumers.write_text(consumers.read_text() + "\ndef broken(:\n")
    line = len(consumers.read_text().splitlines())
    finding = only(stage)
    assert f"gs1_basic/chat/consumers.py:{line}: SyntaxError: " in finding.cause
    assert "\n" not in finding.cause
    assert finding.remedy == f"mend gs1_basic/chat/consumers.py:{line}"


def test_an_import_error_in_a_consumer_is_found(stage: Stage) -> None:
    """A name that is not there: the place is that of the import."""
    routing = stage.path / "chat" / "routing.py"
    change(routing, "from . import consumers", "from .consumers import Nobody")
    lines = routing.read_text().splitlines()
    line = lines.index("from .consumers import Nobody") + 1
    assert f"gs1_basic/chat/routing.py:{line}: ImportError: " in only(stage).cause


def test_a_mistyped_module_is_found(stage: Stage) -> None:
    """It is no package that set-up installs: first of all the line is to be mended."""
    consumers = stage.path / "chat" / "consumers.py"
    consumers.write_text("import reqests\n" + consumers.read_text())
    finding = only(stage)
    assert "gs1_basic/chat/consumers.py:1: ModuleNotFoundError" in finding.cause
    assert finding.remedy.startswith("mend gs1_basic/chat/consumers.py:1; ")


def test_the_place_is_right_in_whichever_folder_one_is(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in the stage's own, and through Python's own import machinery."""
    monkeypatch.chdir(stage.path)
    consumers = stage.path / "chat" / "consumers.py"
    text = "import importlib\nimportlib.import_module('reqests')\n"
    consumers.write_text(text + consumers.read_text())
    assert "gs1_basic/chat/consumers.py:2: " in only(stage).cause


def test_a_wrong_redis_url_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stages 4 to 6 do not start with it, and do not say so again."""
    monkeypatch.setenv("REDIS_URL", "nonsense")
    monkeypatch.setattr(command, "examine_variables", lambda: [])
    monkeypatch.setattr("course.doctor.stage.examine_port", lambda stage: [])
    stages = [each for each in load(ROOT) if each.number >= 4]
    (finding,) = command.examine_here(stages, {})
    assert "REDIS_URL is nonsense" in finding.cause


def test_an_application_that_exits_is_found(stage: Stage) -> None:
    """Whatever ends the import is said, and where."""
    asgi = stage.path / "config" / "asgi.py"
    asgi.write_text("raise SystemExit('not today')\n")
    assert "config/asgi.py:1: SystemExit: not today" in only(stage).cause


def test_what_a_stage_prints_does_not_matter(stage: Stage) -> None:
    """Lines before and after, on both outputs."""
    asgi = stage.path / "config" / "asgi.py"
    noise = "import sys\nprint('[1]')\nsys.stderr.write('{')\n"
    asgi.write_text(noise + asgi.read_text() + "\nprint('}', end='')\n")
    assert list(examine_stage(stage.root, stage)) == []


def test_a_missing_package_is_said_once_for_all_stages(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each stage that wants it fails alike: .venv is at fault, and no stage."""
    consumers = stage.path / "chat" / "consumers.py"
    said = "raise ModuleNotFoundError(\"No module named 'asgiref'\")\n"
    consumers.write_text(said)
    monkeypatch.setattr(command, "ROOT", stage.root)
    monkeypatch.setattr(command, "examine_machine", lambda root: [])
    monkeypatch.setattr(command, "examine_variables", lambda: [])
    monkeypatch.setattr(command, "examine_redis", lambda root, stages: [])
    (finding,) = command.examine_here([stage, stage], {})
    assert finding.cause == "asgiref is missing from .venv"
    assert finding.remedy == "delete .venv, then make setup"


def test_half_an_environment_is_one_finding(
    without_packages: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Not one for each stage, nor for Valkey."""
    monkeypatch.setattr(command, "ROOT", without_packages)
    monkeypatch.setattr(command, "examine_variables", lambda: [])
    assert main([]) == 1
    said = capsys.readouterr().out
    assert said.endswith("1 problem found.\n")
    assert "Cause:   Django and channels and daphne" in said
    assert "Remedy:  delete .venv, then make setup." in said


def test_a_package_of_which_a_folder_is_left_is_missing(
    without_packages: Path,
) -> None:
    """Somebody deleted files: what is left can be imported, and is empty."""
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = without_packages / ".venv" / "lib" / python / "site-packages"
    if os.name == "nt":
        packages = without_packages / ".venv" / "Lib" / "site-packages"
    (packages / "django").mkdir(parents=True)
    (packages / "channels").mkdir()
    (packages / "channels" / "__init__.py").touch()
    versions = package_versions(without_packages)
    assert versions is not None
    assert versions["Django"] is None
    assert versions["channels"] == "without a version"


def test_one_missing_package_is_named() -> None:
    """The sentence of the brief."""
    (finding,) = examine_packages(ROOT, {"Django": None, "channels": "4.3.2"})
    assert finding.cause == "Django is missing from .venv"


def test_the_versions_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """So one knows what was examined."""
    main(["1"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Looked at:"
    names = [line.split()[0] for line in lines[1 : lines.index("")]]
    assert names == [
        "Python", "uv", ".venv", "Valkey", "Chromium", "nginx", "Caddy", "Stages",
    ]  # fmt: skip
    versions = package_versions(ROOT)
    assert versions is not None
    for name, version in versions.items():
        assert f"{name} {version}" in lines[3]


def test_only_the_standard_library_is_needed() -> None:
    """The doctor must be able to say why set-up fails: -S leaves all packages out."""
    for what in ("1", "gs1_basic"):
        done = subprocess.run(
            [sys.executable, "-S", "-m", "course", "doctor", what],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.stderr == ""
        assert "Looked at:" in done.stdout


def test_a_program_that_is_not_here_is_said_with_its_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is optional: nobody needs to look for it."""
    monkeypatch.setattr(inventory, "find_program", lambda *names: None)
    monkeypatch.setattr(inventory, "chromium_path", lambda: None)
    said = dict(inventory.inventory(tmp_path, None))
    assert said["nginx"].startswith("not here; only needed for")
    assert said["Chromium"].startswith("not here; only needed for")
    assert said[".venv"] == "not here; make setup makes it"


@pytest.mark.skipif(os.name == "nt", reason="a shell script is the program")
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo Program v1.22.1", "1.22.1"),
        ("echo program/2.0.3 >&2", "2.0.3"),
        ("echo nothing", "which says no version"),
        ("exec sleep 100", "does not run: "),
    ],
)
def test_a_program_is_asked_for_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    """On whichever output; one that hangs is ended."""
    monkeypatch.setattr(inventory, "TIMEOUT", 0.5 if "sleep" in script else 10)
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    assert said in inventory.found(str(program), "-v", "")


def test_a_broken_interpreter_of_the_environment_is_no_traceback(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """.venv may be another machine's: it is to be made anew."""
    python = environment_python(repository / ".venv")
    python.parent.mkdir(parents=True)
    python.write_text("no program\n")
    python.chmod(0o755)
    (repository / ".venv" / "ready").write_text(fingerprint(repository))
    monkeypatch.setattr(command, "ROOT", repository)
    monkeypatch.setattr(command, "examine_variables", lambda: [])
    assert package_versions(repository) is None
    (finding,) = command.examine_here(load(repository), None)
    assert finding.remedy == "delete .venv, then make setup"


def test_every_finding_has_an_entry_that_exists() -> None:
    """An anchor in the doctor's code is one of the symptoms' page."""
    anchors = {
        each
        for path in (ROOT / "course" / "doctor").rglob("*.py")
        for each in path.read_text(encoding="utf-8").split('"')
        if each.count("-") > 3 and each.replace("-", "").replace("_", "").isalnum()
    }
    assert len(anchors) > 15
    assert anchors - known_entries() == set()


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "Nothing is wrong."), (1, "1 problem found."), (2, "2 problems found.")],
)
def test_the_findings_are_counted(count: int, said: str) -> None:
    """The last line says how many there are."""
    finding = Finding("a symptom", "a cause", "a remedy")
    assert list(lines_of([finding] * count))[-1] == said


def test_nothing_is_left_in_a_stage(stage: Stage) -> None:
    """To import it makes byte code at most."""
    before = stage.files()
    assert list(examine_stage(stage.root, stage)) == []
    assert stage.files() == before
