"""Changes of the programme that reach registered people and the room: what no single context may do alone.

The room is locked before the roadshow, as everything in a live room does.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor
from events.live import rooms
from events.live.models import RoomState
from events.programme import endings, roadshows
from events.programme.cards import card_row, to_staff
from events.programme.letters import Letter
from events.programme.models import Roadshow, RoadshowState
from events.programme.schemas import RoadshowPatch, StaffRoadshowView
from events.registrations.changed_plans import tell
from events.registrations.waitlist import promote


async def edit_roadshow(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: RoadshowPatch, *, version: int, now: datetime
) -> StaffRoadshowView:
    """`roadshows.edit_roadshow`; the room shows a new title, those registered learn of a new time or place.

    New seats go to those who wait longest.
    """
    room, roadshow = await rooms.hold(session, roadshow_id)
    title, before = roadshow.title, _place_and_time(roadshow)
    view = await roadshows.edit_roadshow(session, actor, roadshow_id, data, version=version, now=now)
    if view.title != title and view.state != RoadshowState.DRAFT:
        await rooms.announce_room(session, room, roadshow, now)
    if _place_and_time(roadshow) != before and view.state == RoadshowState.PUBLISHED:
        await tell(session, roadshow_id, Letter.ROADSHOW_MOVED, now)
    if await promote(session, roadshow_id, now):
        await session.refresh(roadshow)
        view = to_staff(await card_row(session, roadshow_id))
    return view


def _place_and_time(roadshow: Roadshow) -> tuple[object, ...]:
    return roadshow.starts_at, roadshow.ends_at, roadshow.hall_id, roadshow.channel_id


async def cancel_roadshow(
    session: AsyncSession, actor: Actor, roadshow_id: str, reason: str, *, now: datetime
) -> StaffRoadshowView:
    """`endings.cancel_roadshow`; the room is over, and those registered are told why."""
    room, roadshow = await rooms.hold(session, roadshow_id)
    view = await endings.cancel_roadshow(session, actor, roadshow_id, reason, now=now)
    room.state, room.closed_at = RoomState.OVER, now
    await rooms.announce_room(session, room, roadshow, now)
    await tell(session, roadshow_id, Letter.ROADSHOW_CANCELLED, now)
    return view
