"""Strangers ask for the calendar hundreds of times on one connection each and never read an answer."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from server.database import POSTGRES_POOL
from tests.attacks.site import Site, calendar_path
from tests.attacks.wire import get, line
from tests.world import soon, wire

SOCKETS = POSTGRES_POOL + 4
REQUESTS = 400


async def prepare(site: Site) -> None:
    """Roadshows enough that a connection's answers do not fit into its buffers."""
    owner, organizer = await site.organizer()
    series = await site.series(owner, organizer["id"])
    hall = await site.venue(owner, organizer["id"])
    for number in range(24):
        await site.roadshow(
            owner, organizer["id"], slots=1, series_id=series["id"], hall_id=hall["id"],
            starts_at=wire(soon(3 + number)), title="标题很长的专场" * 8,
        )  # fmt: skip


async def attack(site: Site) -> list[str]:
    async with AsyncExitStack() as stack:
        for _ in range(SOCKETS):
            each = await stack.enter_async_context(line(site.address, reads_little=True))
            each.writer.write(get(calendar_path()) * REQUESTS)
        await asyncio.sleep(site.pick(8, 30))
    return []
