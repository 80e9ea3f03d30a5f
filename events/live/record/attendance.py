"""Who is in the room, minute by minute, written to the record stream under pseudonyms."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.live.models import Room, RoomState
from events.live.record.models import Attendance
from events.live.rooms import hold
from events.live.snapshots import plains
from events.programme.models import Roadshow
from events.programme.queries import agenda


def pseudonym(roadshow_id: str, member: str) -> str:
    """The same person is the same all evening, and another one in another room; ids cannot be guessed back."""
    return hashlib.sha256(f"{roadshow_id}/{member}".encode()).hexdigest()[:12]


async def sample(session: AsyncSession, roadshow_id: str, members: Collection[str], *, now: datetime) -> bool:
    """Write who came and who left since the last sample; once a minute, whoever of the processes asks first.

    A room that is over is sampled a last time, empty. Returns whether anything was written.
    """
    room, roadshow = await hold(session, roadshow_id)
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    last = await session.get(Attendance, roadshow_id)
    if room.state == RoomState.WAITING or (last is not None and last.minute >= minute):
        return False
    if last is None:
        last = await _begin(session, room, roadshow, minute, now)
    is_over = room.state == RoomState.OVER
    if is_over and not last.members:
        return False
    here = set() if is_over else {pseudonym(roadshow_id, member) for member in members}
    await _write(session, last, here, minute, now)
    return True


async def _begin(session: AsyncSession, room: Room, roadshow: Roadshow, minute: datetime, now: datetime) -> Attendance:
    """What the archive must know of the evening before its first entry."""
    data: dict[str, Any] = {
        "roadshow_id": roadshow.id,
        "title": roadshow.title,
        "opened_at": room.opened_at.isoformat() if room.opened_at else None,
        "agenda": plains(await agenda(session, roadshow.id)),
    }
    await log.append(session, log.record_stream(roadshow.id), "session.opened", data, now)
    attendance = Attendance(roadshow_id=roadshow.id, minute=minute, members=[])
    session.add(attendance)
    return attendance


async def _write(session: AsyncSession, last: Attendance, here: set[str], minute: datetime, now: datetime) -> None:
    before = set(last.members)
    data = {
        "minute": minute.isoformat(),
        "count": len(here),
        "joined": sorted(here - before),
        "left": sorted(before - here),
    }
    await log.append(session, log.record_stream(last.roadshow_id), "presence.sampled", data, now)
    last.minute, last.members = minute, sorted(here)
