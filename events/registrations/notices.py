"""Letters about a registration: what became of it, in the language of the person's account."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import outbox
from events.accounts.models import User
from events.registrations.models import Registration, RegistrationState
from events.registrations.seats import Seats


class Notice(StrEnum):
    """Names of the letters' texts."""

    RECEIVED = "registration.received"
    CONFIRMED = "registration.confirmed"
    WAITLISTED = "registration.waitlisted"
    PROMOTED = "registration.promoted"
    REJECTED = "registration.rejected"


OF_STATE = {
    RegistrationState.PENDING: Notice.RECEIVED,
    RegistrationState.CONFIRMED: Notice.CONFIRMED,
    RegistrationState.WAITLISTED: Notice.WAITLISTED,
    RegistrationState.REJECTED: Notice.REJECTED,
}


async def notify(
    session: AsyncSession, registration: Registration, roadshow: Seats, notice: Notice, now: datetime
) -> None:
    """Queue the letter; a guest has no address and gets none."""
    query = select(User.email, User.name, User.locale).where(User.id == registration.user_id)
    email, name, locale = (await session.execute(query)).one()
    if email is None:
        return
    data = {
        "name": name,
        "locale": locale,
        "registration_id": registration.id,
        "roadshow_id": roadshow.roadshow_id,
        "title": roadshow.title,
        "starts_at": roadshow.starts_at.isoformat(),
        "timezone": roadshow.timezone,
        "reason": registration.reason,
        "ticket_code": registration.ticket_code if registration.state == RegistrationState.CONFIRMED else None,
    }
    outbox.mail(session, email, notice, data, now)
