"""The door of the hall: a ticket is scanned or typed, and the second time says when the first was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor, Permission
from events.errors import Gone
from events.programme.models import Roadshow, RoadshowState
from events.programme.queries import load_roadshow
from events.programme.revisions import later
from events.registrations import queries, rules
from events.registrations.models import Registration, RegistrationState
from events.registrations.schemas import CheckInIn, CheckInView
from events.registrations.tickets import read_code


class RoadshowCancelled(Gone):
    """410: nobody can be checked in to what does not take place."""

    code = "roadshow_cancelled"
    zh, en = "该路演已取消。", "This roadshow was cancelled."
    fix_zh, fix_en = "请在日历中选择其他场次。", "Choose another roadshow in the calendar."


async def check_in(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: CheckInIn, *, now: datetime
) -> CheckInView:
    """Let the holder of a ticket in; doing it again changes nothing.

    Refuses: sign_in_required, not_found, forbidden, roadshow_cancelled, ticket_unknown, ticket_not_valid.
    """
    actor.require_account()
    roadshow = await load_roadshow(session, roadshow_id)
    actor.require(roadshow.organizer_id, Permission.REGISTRATIONS_EDIT)
    if roadshow.state == RoadshowState.CANCELLED:
        raise RoadshowCancelled
    registration = await _find(session, roadshow, data)
    if registration.state != RegistrationState.CONFIRMED:
        raise rules.TicketNotValid(state=registration.state)
    first = registration.checked_in_at is None
    if first:
        registration.checked_in_at, registration.checked_in_by = now, actor.user_id
        registration.updated_at = later(registration.updated_at, now)
        audit.record(
            session, actor, "registration.checked_in", ("registration", registration.id),
            now=now, organizer_id=roadshow.organizer_id,
        )  # fmt: skip
        await session.flush()
    return CheckInView(first=first, registration=await queries.staff_registration(session, registration.id))


async def _find(session: AsyncSession, roadshow: Roadshow, data: CheckInIn) -> Registration:
    query = select(Registration).where(Registration.roadshow_id == roadshow.id).with_for_update()
    if data.code is not None:
        query = query.where(Registration.ticket_code == read_code(data.code))
    else:
        query = query.where(Registration.id == data.registration_id)
    registration = await session.scalar(query)
    if registration is None:
        raise rules.TicketUnknown
    return registration
