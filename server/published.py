"""Public calendars as they were written last; many who ask at once wait for one writing."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

from events.calendars.schemas import Feed

MOST = 128
"""So many calendars are kept, the latest asked for."""


@dataclass(slots=True)
class Kept:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    version: Hashable = None
    feed: Feed | None = None


class Published:
    """Calendars by what they are of, each with the version it was written for."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    async def get(self, key: str, version: Hashable, write: Callable[[], Awaitable[Feed]]) -> Feed:
        """The calendar of this version; written by the first who asks, while others of the same wait."""
        kept = self._kept.setdefault(key, Kept())
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        async with kept.lock:
            if kept.feed is None or kept.version != version:
                kept.feed, kept.version = await write(), version
            return kept.feed
