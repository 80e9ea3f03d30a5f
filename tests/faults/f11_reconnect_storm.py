"""F11: thousands are cut off at once and come back within seconds, while people elsewhere go on working."""

from __future__ import annotations

import asyncio
import time

from tests.faults.crowd import Crowd
from tests.faults.ground import lone_node
from tests.faults.nodes import Node
from tests.faults.profile import Profile, Toll, quantile

JITTER = 10.0


async def run(profile: Profile) -> Toll:
    size = profile.pick(300, 5000)
    async with lone_node(profile) as (node, url):
        crowd = Crowd(profile, [node], url, voters=0, askers=4, readers=size, ramp=profile.pick(2, 30))
        beside = Crowd(profile, [node], url, voters=0, askers=20, readers=0, ask_every=profile.pick(2, 1))
        await crowd.found()
        await beside.found()
        for reader in crowd.readers:
            reader.jitter = profile.pick(3.0, JITTER)
        before = node.rss_kib
        async with beside.at_work(), crowd.at_work():
            rss, snapshots = node.rss_kib, await _snapshots(node)
            await asyncio.sleep(2)
            began = time.monotonic()
            for reader in crowd.readers:
                reader.cut()
            took = await _all_back(crowd, began)
            snapshots = await _snapshots(node) - snapshots
            await asyncio.sleep(2)
        toll, other = await crowd.reckon(), await beside.reckon()
    toll.add(other)
    toll.note("clients", size)
    toll.note("all_back_s", took, at_most=30)
    toll.note("snapshots_per_second", snapshots / max(took, 1), at_most=1)
    toll.note("rss_kib_per_connection", (rss - before) / size, at_most=40)
    toll.note("beside_p99_s", quantile(beside.waits(began, began + took), 0.99), at_most=1)
    crowd.note_resumes(toll, at_most=30)
    return toll


async def _snapshots(node: Node) -> float:
    return (await node.metrics())["roadshow_live_snapshots_total"]


async def _all_back(crowd: Crowd, began: float) -> float:
    """Until everybody was told where the stream stands."""
    while any(len(reader.away) < 1 for reader in crowd.readers) and time.monotonic() < began + 90:
        await asyncio.sleep(0.1)
    return time.monotonic() - began
