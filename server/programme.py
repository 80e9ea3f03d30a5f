"""Changes of the programme that reach registered people too: what no single context may do alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor
from events.programme import endings, roadshows
from events.programme.cards import card_row, to_staff
from events.programme.letters import Letter
from events.programme.models import RoadshowState
from events.programme.schemas import RoadshowPatch, StaffRoadshowView
from events.registrations.changed_plans import tell
from events.registrations.waitlist import promote


async def edit_roadshow(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: RoadshowPatch, *, version: int, now: datetime
) -> StaffRoadshowView:
    """`roadshows.edit_roadshow`; those registered learn of a new time or place, new seats go to those waiting."""
    before = (await roadshows.own_roadshow(session, actor, roadshow_id, version)).sequence
    view = await roadshows.edit_roadshow(session, actor, roadshow_id, data, version=version, now=now)
    if view.sequence != before and view.state == RoadshowState.PUBLISHED:
        await tell(session, roadshow_id, Letter.ROADSHOW_MOVED, now)
    if await promote(session, roadshow_id, now):
        session.expire_all()
        view = to_staff(await card_row(session, roadshow_id))
    return view


async def cancel_roadshow(
    session: AsyncSession, actor: Actor, roadshow_id: str, reason: str, *, now: datetime
) -> StaffRoadshowView:
    """`endings.cancel_roadshow`; those registered are told why."""
    view = await endings.cancel_roadshow(session, actor, roadshow_id, reason, now=now)
    await tell(session, roadshow_id, Letter.ROADSHOW_CANCELLED, now)
    return view
