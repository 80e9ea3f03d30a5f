"""F3: Redis is killed and an empty one comes back; entries travel by recheck meanwhile, and nobody is refused."""

from __future__ import annotations

import asyncio
import time

from tests.faults.crowd import Crowd
from tests.faults.ground import two_nodes
from tests.faults.profile import Profile, Toll, quantile
from tests.faults.readers import lags_between


async def run(profile: Profile) -> Toll:
    deaths, away = profile.pick(1, 10), profile.pick(2.0, 5.0)
    outages: list[tuple[float, float]] = []
    async with two_nodes(profile) as (nodes, url, redis):
        crowd = Crowd(profile, nodes, url, voters=profile.pick(20, 140), readers=profile.pick(20, 200))
        await crowd.found()
        async with crowd.at_work():
            for _ in range(deaths):
                await asyncio.sleep(profile.pick(1.0, 6.0))
                began = time.monotonic()
                redis.kill()
                await asyncio.sleep(away)
                redis.start()
                outages.append((began, time.monotonic()))
            await asyncio.sleep(profile.pick(3.5, 6.0))
        toll = await crowd.reckon()
    during = [lag for span in outages for lag in lags_between(crowd.readers, *span)]
    after = [lag for _, end in outages for lag in lags_between(crowd.readers, end + 3, end + 6)]
    toll.note("lag_p99_without_redis_s", quantile(during, 0.99), at_most=3)
    toll.note("lag_p99_3s_after_s", quantile(after, 0.99), at_most=1)
    toll.note("http_5xx", sum(len(writer.errors) for writer in crowd.writers), at_most=0)
    crowd.note_waits(toll, at_most=3)
    return toll
