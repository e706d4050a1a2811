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
