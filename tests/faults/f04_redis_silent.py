"""F4: Redis falls silent without closing anything; it is noticed, and nobody waits for it."""

from __future__ import annotations

import asyncio
import time

from tests.faults.crowd import Crowd
from tests.faults.ground import two_nodes
from tests.faults.nodes import Node
from tests.faults.profile import Profile, Toll, quantile
from tests.faults.readers import lags_between

LIMITED = {"ROADSHOW_RATE_LIMITS": "1"}
WORDS = "the bus is down"


async def run(profile: Profile) -> Toll:
    async with two_nodes(profile, more=(LIMITED, LIMITED)) as (nodes, url, redis):
        crowd = Crowd(
            profile, nodes, url, voters=profile.pick(20, 80), readers=profile.pick(20, 200), beat=0.7, ask_every=8
        )
        await crowd.found()
        async with crowd.at_work():
            await asyncio.sleep(1)
            began = time.monotonic()
            redis.freeze()
            noticed = await _noticed(nodes, began)
            await asyncio.sleep(max(0, began + profile.pick(4, 30) - time.monotonic()))
            redis.thaw()
            ended = time.monotonic()
            await asyncio.sleep(profile.pick(3, 15))
        toll = await crowd.reckon()
    during = crowd.waits(began, ended)
    toll.note("noticed_s", noticed, at_most=5)
    toll.note("ack_p99_silent_s", quantile(during, 0.99), at_most=3)
    toll.note("ack_max_silent_s", max(during, default=0), at_most=4)
    toll.note("lag_p99_silent_s", quantile(lags_between(crowd.readers, began, ended), 0.99), at_most=3)
    return toll


async def _noticed(nodes: list[Node], began: float) -> float:
    """Until both processes have said so."""
    while time.monotonic() < began + 10:
        if all(WORDS in node.log for node in nodes):
            break
        await asyncio.sleep(0.1)
    return time.monotonic() - began
