"""F1: one of two processes is killed again and again; whoever was on it goes on at the other."""

from __future__ import annotations

import asyncio

from tests.faults.crowd import Crowd
from tests.faults.ground import two_nodes
from tests.faults.profile import Profile, Toll


async def run(profile: Profile) -> Toll:
    kills, every = profile.pick(2, 30), profile.pick(0.8, 5.0)
    async with two_nodes(profile) as (nodes, url, _):
        crowd = Crowd(profile, nodes, url, voters=profile.pick(20, 160), readers=profile.pick(20, 380))
        await crowd.found()
        async with crowd.at_work():
            for turn in range(kills):
                await asyncio.sleep(every)
                nodes[turn % 2].kill()
                await nodes[turn % 2].start()
            await asyncio.sleep(every)
        toll = await crowd.reckon()
    crowd.note_waits(toll)
    crowd.note_resumes(toll, at_most=5)
    toll.note("kills", kills)
    return toll
