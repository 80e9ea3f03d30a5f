"""F7: PostgreSQL falls silent without closing anything; every request ends soon, and nothing is left of it after."""

from __future__ import annotations

import asyncio
import time

from sqlalchemy import text

from server.database import Database
from tests.faults.crowd import Crowd
from tests.faults.ground import two_nodes
from tests.faults.knocking import Strangers, seconds_until_well
from tests.faults.profile import Profile, Toll
from tests.faults.relay import Relay

NOTICED_SECONDS = 6
HEALED_SECONDS = 10
LEFT = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND state LIKE 'idle in transaction%' AND state_change < now() - interval '2 seconds'"
)


async def run(profile: Profile) -> Toll:
    relay = Relay()
    await relay.open()
    try:
        return await _run(profile, relay)
    finally:
        await relay.close()


async def _run(profile: Profile, relay: Relay) -> Toll:
    async with two_nodes(profile, database_url_of=relay.to) as (nodes, url, _):
        crowd = Crowd(profile, nodes, url, voters=profile.pick(10, 140), readers=profile.pick(20, 200))
        await crowd.found()
        strangers = Strangers(nodes, crowd.roadshow_id)
        async with crowd.at_work(), strangers.knocking():
            await asyncio.sleep(1)
            began = time.monotonic()
            relay.cut()
            await asyncio.sleep(profile.pick(9, 60))
            ended = time.monotonic()
            relay.heal()
            healed = await seconds_until_well(nodes)
            await asyncio.sleep(max(0, ended + HEALED_SECONDS - time.monotonic()))
            left = await _left(url)
            well = time.monotonic()
            await asyncio.sleep(2)
        toll = await crowd.reckon()
    cut = strangers.between(began, ended)
    late = strangers.between(began + NOTICED_SECONDS, ended - 1)
    toll.note("asked_while_silent", len(cut), at_least=10)
    toll.note("slowest_s", max(knock.seconds for knock in strangers.knocks), at_most=5)
    toll.note("neither_done_nor_503", sum(knock.status not in {200, 201, 503} for knock in strangers.knocks), at_most=0)
    toll.note("not_503_once_noticed", sum(knock.status != 503 for knock in late), at_most=0)
    toll.note("told_once_noticed_s", max((knock.seconds for knock in late), default=0), at_most=1)
    toll.note("well_again_s", healed, at_most=5)
    toll.note("left_in_transaction", left, at_most=0)
    toll.note("still_refused", sum(n for status, n in strangers.statuses(well).items() if status >= 500), at_most=0)
    return toll


async def _left(url: str) -> int:
    """Transactions that nobody goes on with."""
    database = Database(url)
    try:
        async with database.read() as session:
            return int(await session.scalar(LEFT) or 0)
    finally:
        await database.close()
