"""The queue for seats: first come, first served, and each person is promoted exactly once (P12)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import SYSTEM
from events.registrations import rules, seats
from events.registrations.models import Registration, RegistrationState
from events.registrations.notices import Notice, notify

TICK = timedelta(microseconds=1)


async def join(session: AsyncSession, registration: Registration, now: datetime) -> None:
    """Put the registration at the end of the queue; the caller holds the seats' lock.

    Clocks of two processes may differ, so the last place counts and not the clock alone.
    """
    last = await session.scalar(
        select(func.max(Registration.queued_at)).where(
            Registration.roadshow_id == registration.roadshow_id, Registration.state == RegistrationState.WAITLISTED
        )
    )
    registration.queued_at = now if last is None else max(now, last + TICK)


async def promote(session: AsyncSession, roadshow_id: str, now: datetime) -> list[str]:
    """Give every free seat to who waits longest; a letter and an audit row each. Returns their registrations' ids.

    Call it in the transaction in which a seat became free or the capacity grew.
    """
    roadshow = await seats.lock(session, roadshow_id)
    if roadshow.free == 0 or not rules.takes_people(roadshow, now):
        return []
    queue = (
        select(Registration)
        .where(Registration.roadshow_id == roadshow_id, Registration.state == RegistrationState.WAITLISTED)
        .order_by(Registration.queued_at, Registration.id)
        .limit(roadshow.free)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    promoted = []
    for registration in (await session.scalars(queue)).all():
        if not await seats.take(session, roadshow_id):
            break
        await _seat(session, registration, roadshow, now)
        promoted.append(registration.id)
    return promoted


async def _seat(session: AsyncSession, registration: Registration, roadshow: seats.Seats, now: datetime) -> None:
    rules.move(registration, RegistrationState.CONFIRMED, now)
    registration.queued_at = None
    await session.flush()
    await notify(session, registration, roadshow, Notice.PROMOTED, now)
    audit.record(
        session, SYSTEM, "registration.promoted", ("registration", registration.id),
        now=now, organizer_id=roadshow.organizer_id,
    )  # fmt: skip
