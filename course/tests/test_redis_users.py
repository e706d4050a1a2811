"""What the doctor says of a Redis that lets a user do some things alone."""

import asyncio

import pytest
from redis.asyncio import Redis

from course.doctor.redis import examine_url
from course.valkey import Valkey


@pytest.mark.parametrize("command", ["subscribe", "publish"])
async def test_a_user_who_may_not_use_channels_is_a_finding(
    valkey: Valkey, command: str
) -> None:
    """PING is allowed to whoever may do nothing else: a real server, with an ACL."""
    async with Redis.from_url(valkey.url) as client:
        await client.acl_setuser(
            "limited",
            enabled=True,
            nopass=True,
            keys=["*"],
            channels=["*"],
            commands=["+@all", f"-{command}"],
            reset=True,
        )
    url = valkey.url.replace("://", "://limited:any@")
    (finding,) = await asyncio.to_thread(lambda: list(examine_url(url)))
    assert "messages reach nobody" in finding.symptom
    assert f'answers {command.upper()} with "NOPERM' in finding.cause
    assert "ACL SETUSER" in finding.remedy
    assert "limited" not in finding.cause.split(", and ")[0]
