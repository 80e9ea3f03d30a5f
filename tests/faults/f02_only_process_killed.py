"""F2: the only process, on SQLite, is killed again and again in mid-write; the file stays whole."""

from __future__ import annotations

import asyncio
import sqlite3

from tests.faults.crowd import Crowd
from tests.faults.ground import lone_node
from tests.faults.profile import Profile, Toll


async def run(profile: Profile) -> Toll:
    kills, ready, whole = profile.pick(2, 30), [], 0
    async with lone_node(profile) as (node, url):
        crowd = Crowd(profile, [node], url, voters=profile.pick(16, 60), askers=4, readers=profile.pick(8, 40))
        await crowd.found()
        async with crowd.at_work():
            for _ in range(kills):
                await asyncio.sleep(profile.pick(1.0, 2.5))
                node.kill()
                whole += is_whole(url)
                ready.append(await node.start())
            await asyncio.sleep(1)
        toll = await crowd.reckon()
    toll.note("kills", kills)
    toll.note("integrity_ok", whole, at_least=kills)
    toll.note("ready_max_s", max(ready), at_most=3)
    crowd.note_resumes(toll, at_most=5)
    return toll


def is_whole(url: str) -> bool:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    try:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    finally:
        connection.close()
