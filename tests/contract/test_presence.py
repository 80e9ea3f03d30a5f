"""Leases: every store of presence counts the same way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from realtime.presence import Leases, MemoryLeases, RedisLeases


@pytest.fixture(params=["memory", "redis"])
async def leases(request: pytest.FixtureRequest) -> AsyncIterator[Leases]:
    if request.param == "memory":
        store: Leases = MemoryLeases()
    else:
        store = RedisLeases(request.getfixturevalue("redis_url"), namespace=uuid4().hex)
    yield store
    await store.close()


async def test_counts_members_of_each_room(leases: Leases) -> None:
    await leases.touch("a", ["ann", "bo"], 60)
    await leases.touch("b", ["ann"], 60)

    assert dict(await leases.counts(["a", "b", "none"])) == {"a": 2, "b": 1, "none": 0}


async def test_touch_again_renews_and_does_not_count_twice(leases: Leases) -> None:
    await leases.touch("a", ["ann"], 0.2)
    await leases.touch("a", ["ann"], 60)

    await asyncio.sleep(0.4)

    assert dict(await leases.counts(["a"])) == {"a": 1}


async def test_lease_that_is_not_renewed_ends(leases: Leases) -> None:
    await leases.touch("a", ["ann"], 60)
    await leases.touch("a", ["bo"], 0.1)

    await asyncio.sleep(0.3)

    assert dict(await leases.counts(["a"])) == {"a": 1}


async def test_leave_ends_a_lease_now(leases: Leases) -> None:
    await leases.touch("a", ["ann", "bo", "cy"], 60)

    await leases.leave("a", ["ann", "bo", "stranger"])

    assert dict(await leases.counts(["a"])) == {"a": 1}


async def test_five_thousand_members_are_touched_at_once(leases: Leases) -> None:
    await leases.touch("a", [f"m{number}" for number in range(5000)], 60)

    assert dict(await leases.counts(["a"])) == {"a": 5000}


async def test_members_are_those_whose_lease_holds(leases: Leases) -> None:
    await leases.touch("a", ["ann"], 60)
    await leases.touch("a", ["bo"], 0.1)
    await leases.touch("b", ["cy"], 60)

    await asyncio.sleep(0.3)

    assert await leases.members("a") == {"ann"}
    assert await leases.members("none") == set()
