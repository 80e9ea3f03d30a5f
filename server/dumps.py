"""The change feed as JSON lines: streamed over HTTP, or written by the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import IO

from events.feeds.feed import MOST, read_feed
from server.database import Database


async def lines(database: Database, organizer_id: str, after: int, epoch: str | None = None) -> AsyncIterator[bytes]:
    """One change a line, a thousand at a time, each page in a short read of its own. Refuses: feed_restarted."""
    more = True
    while more:
        async with database.read() as session:
            page = await read_feed(session, organizer_id, after, MOST, epoch)
        more, after, epoch = page.more, page.next_after, page.epoch
        if page.items:
            yield b"".join(item.model_dump_json(by_alias=True).encode() + b"\n" for item in page.items)


async def dump(database: Database, organizer_id: str, file: IO[bytes], after: int = 0, epoch: str | None = None) -> int:
    """Write the feed into a binary file. Returns how many changes. Refuses: feed_restarted."""
    count = 0
    async for page in lines(database, organizer_id, after, epoch):
        file.write(page)
        count += page.count(b"\n")
    return count
