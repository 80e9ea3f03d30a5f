"""F13: processes are told to leave, one after another; nobody's request fails and nobody comes back in a storm."""

from __future__ import annotations

import asyncio
import time

from tests.faults.crowd import Crowd
from tests.faults.ground import two_nodes
from tests.faults.profile import Profile, Toll
from tests.faults.readers import DRAIN

ENOUGH = 20


async def run(profile: Profile) -> Toll:
    restarts, exits, spreads = profile.pick(1, 20), [], []
    async with two_nodes(profile) as (nodes, url, _):
        crowd = Crowd(
            profile, nodes, url, voters=profile.pick(10, 40), askers=profile.pick(10, 20),
            readers=profile.pick(60, 1000), ask_every=1, ramp=profile.pick(0, 10),
        )  # fmt: skip
        await crowd.found()
        for asker in crowd.askers:
            asker.by_socket = False
        async with crowd.at_work():
            for turn in range(restarts):
                await asyncio.sleep(0.5)
                node, began = nodes[turn % 2], time.monotonic()
                exits.append(await node.leave())
                spreads += _spread(crowd, began)
                if turn < restarts - 1:
                    await node.start()
            await asyncio.sleep(1)
        toll = await crowd.reckon()
    toll.note("restarts", restarts)
    toll.note("post_failures", sum(len(asker.errors) + asker.failures for asker in crowd.askers), at_most=0)
    toll.note("exit_max_s", max(exits), at_most=20)
    toll.note("closes_spread_min_s", min(spreads, default=0), at_least=8)
    return toll


def _spread(crowd: Crowd, began: float) -> list[float]:
    """Over how many seconds this process showed its people out."""
    times = [at for reader in crowd.readers for at, code in reader.codes if at >= began and code == DRAIN]
    return [max(times) - min(times)] if len(times) >= ENOUGH else []
