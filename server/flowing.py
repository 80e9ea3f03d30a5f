"""The duty that lets danmaku out of the delay line and tells reactions; whatever it finds due is a row."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final

from events.live.danmaku.release import due_rooms, release
from server.commands import Ring, heard
from server.database import Database

FLOW_SECONDS: Final = 0.25


async def release_flow(database: Database, ring: Ring, now: datetime) -> int:
    """Let go what is due, a room a transaction. Returns in how many rooms something was."""
    async with database.look() as session:
        rooms = await due_rooms(session, now)
    for roadshow_id in rooms:
        await heard(database, ring, partial(release, roadshow_id=roadshow_id, now=now))
    return len(rooms)
