"""The change feed as JSON lines: streamed over HTTP, or written by the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import IO

from events.feeds.feed import MOST, read_feed
from server.database import Database


async def lines(database: Database, organizer_id: str, after: int) -> AsyncIterator[bytes]:
    """One change a line, a thousand at a time, each page in a short read of its own."""
    more = True
    while more:
        async with database.read() as session:
            page = await read_feed(session, organizer_id, after, MOST)
        more, after = page.more, page.next_after
        if page.items:
            yield b"".join(item.model_dump_json(by_alias=True).encode() + b"\n" for item in page.items)


async def dump(database: Database, organizer_id: str, file: IO[bytes], after: int = 0) -> int:
    """Write the feed into a binary file. Returns how many changes."""
    count = 0
    async for page in lines(database, organizer_id, after):
        file.write(page)
        count += page.count(b"\n")
    return count
