"""The duty that lets danmaku out of the delay line and tells reactions; whatever it finds due is a row."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.live.danmaku.release import due_rooms, release
from server.commands import Ring
from server.database import Database

FLOW_SECONDS: Final = 0.25


async def release_flow(database: Database, ring: Ring, now: datetime) -> int:
    """Let go what is due, a room a transaction. Returns in how many rooms something was."""
    async with database.read() as session:
        rooms = await due_rooms(session, now)
    for roadshow_id in rooms:
        await _release_room(database, ring, roadshow_id, now)
    return len(rooms)


async def _release_room(database: Database, ring: Ring, roadshow_id: str, now: datetime) -> None:
    async def let_go(session: AsyncSession) -> AsyncSession:
        await release(session, roadshow_id, now)
        await log.run_deferred(session)
        return session

    if entries := log.committed(await database.transact(let_go)):
        ring(entries)
