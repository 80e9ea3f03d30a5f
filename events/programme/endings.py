"""How a roadshow ends without its room being closed: called off by staff, or over and never opened."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import SYSTEM, Actor, Permission
from events.programme import bookings, places
from events.programme.announcements import announce_agenda, announce_roadshow
from events.programme.cards import to_staff
from events.programme.models import Roadshow, RoadshowState
from events.programme.queries import load_roadshow
from events.programme.revisions import later
from events.programme.rules import OVERDUE, check_editable
from events.programme.schemas import StaffRoadshowView

SWEEP = 100


async def cancel_roadshow(
    session: AsyncSession, actor: Actor, roadshow_id: str, reason: str, *, now: datetime
) -> StaffRoadshowView:
    """Call it off: bookings are cancelled and told, hall and channel are free again.

    Refuses: not_found, forbidden, roadshow_over.
    """
    actor.require((await load_roadshow(session, roadshow_id)).organizer_id, Permission.PROGRAMME_EDIT)
    roadshow = await load_roadshow(session, roadshow_id, lock=True)
    check_editable(roadshow.state)
    was_public = roadshow.state != RoadshowState.DRAFT
    roadshow.state, roadshow.cancel_reason = RoadshowState.CANCELLED, reason
    roadshow.updated_at = later(roadshow.updated_at, now)
    roadshow.sequence += 1
    await bookings.cancel_all(session, actor, roadshow, now)
    await places.give_back(session, roadshow.id)
    audit.record(
        session, actor, "roadshow.cancelled", ("roadshow", roadshow.id), now=now, organizer_id=roadshow.organizer_id,
        reason=reason,
    )  # fmt: skip
    if was_public:
        await announce_agenda(session, [roadshow.id], now)
    return to_staff(await announce_roadshow(session, roadshow.id, now))


async def end_overdue(session: AsyncSession, now: datetime) -> int:
    """End published roadshows that were over six hours ago and never went live. Returns how many."""
    query = (
        select(Roadshow)
        .where(Roadshow.state == RoadshowState.PUBLISHED, Roadshow.ends_at < now - OVERDUE)
        .order_by(Roadshow.id)
        .limit(SWEEP)
        .with_for_update(skip_locked=True)
    )
    overdue = (await session.scalars(query)).all()
    for roadshow in overdue:
        roadshow.state, roadshow.updated_at = RoadshowState.ENDED, later(roadshow.updated_at, now)
        subject = ("roadshow", roadshow.id)
        audit.record(session, SYSTEM, "roadshow.ended", subject, now=now, organizer_id=roadshow.organizer_id)
        await announce_roadshow(session, roadshow.id, now)
    return len(overdue)
