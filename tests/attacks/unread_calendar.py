"""Strangers ask for the calendar hundreds of times on one connection each and never read an answer."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress

from server.database import POSTGRES_POOL
from tests.attacks.site import Site, calendar_path
from tests.attacks.wire import Line, get, line
from tests.world import soon, wire

SOCKETS = POSTGRES_POOL + 4
REQUESTS = 400
MOST_READY = 9


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
        lines = [await stack.enter_async_context(line(site.address, reads_little=True)) for _ in range(SOCKETS)]
        for each in lines:
            each.writer.write(get(calendar_path()) * REQUESTS)
        await asyncio.sleep(site.pick(4, 30))
        answered = await asyncio.gather(*(_answers(each) for each in lines))
    return [f"{count} answers were ready for somebody who read none" for count in answered if count > MOST_READY]


async def _answers(each: Line) -> int:
    """How many answers come once they are read after all, up to the first that is one too many."""
    count, seen = 0, b""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(60):
            while count <= MOST_READY and (piece := await each.reader.read(65536)):
                seen = seen[-8:] + piece
                count += seen.count(b"HTTP/1.1 ")
    return count
