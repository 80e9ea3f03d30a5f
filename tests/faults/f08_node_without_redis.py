"""F8: one node is cut from Redis only; its people and the others' still see the same room, without anybody's help."""

from __future__ import annotations

import asyncio
import time

from tests.faults.crowd import Crowd
from tests.faults.ground import two_nodes
from tests.faults.profile import Profile, Toll, quantile
from tests.faults.readers import lags_between
from tests.faults.relay import Relay


async def run(profile: Profile) -> Toll:
    relay = Relay()
    await relay.open()
    try:
        return await _run(profile, relay)
    finally:
        await relay.close()


async def _run(profile: Profile, relay: Relay) -> Toll:
    async with two_nodes(profile, redis_url_of=lambda number, url: url if number else relay.to(url)) as (nodes, url, _):
        crowd = Crowd(profile, nodes, url, voters=profile.pick(20, 140), readers=profile.pick(20, 200))
        await crowd.found()
        async with crowd.at_work():
            await asyncio.sleep(1)
            began = time.monotonic()
            relay.cut()
            await asyncio.sleep(profile.pick(5, 60))
            ended = time.monotonic()
            relay.heal()
            await asyncio.sleep(profile.pick(3, 15))
        toll = await crowd.reckon()
    toll.note("lag_p99_cut_s", quantile(lags_between(crowd.readers, began, ended), 0.99), at_most=3)
    toll.note("lag_p50_cut_s", quantile(lags_between(crowd.readers, began, ended), 0.5))
    crowd.note_waits(toll, at_most=3)
    return toll
