"""The processes of a deployment, while its SECRET_KEY is replaced."""

import pytest
from test_deployments import KINDS, deploy, hears

__all__ = ["deploy"]  # a fixture


@pytest.mark.parametrize("kind", KINDS)
async def test_old_and_new_processes_hear_each_other(deploy, kind):
    """Those with the new key know the old one by SECRET_KEY_FALLBACKS."""
    old = deploy(kind, SECRET_KEY="old")
    new = deploy(kind, SECRET_KEY="new", SECRET_KEY_FALLBACKS="old")
    assert await hears(old, new)
    assert await hears(new, old)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_relative_path_names_another_database_elsewhere(
    deploy, kind, tmp_path, monkeypatch
):
    """Two processes that are started in two folders do not share their database, so
    they are two deployments.
    """
    names = {"DATABASE": "db.sqlite3", "DATABASE_URL": "sqlite:///db.sqlite3"}
    one = deploy(kind, **names)
    assert await hears(one, deploy(kind, **names))
    monkeypatch.chdir(tmp_path)
    other = deploy(kind, **names)
    assert not await hears(one, other)
    assert not await hears(other, one)
