"""Letters to registered people whose roadshow moves or is called off."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import outbox
from events.accounts.models import User
from events.programme.letters import Letter
from events.programme.models import Roadshow
from events.programme.rules import wire
from events.registrations.models import Registration, RegistrationState

EXPECTED = (RegistrationState.PENDING, RegistrationState.CONFIRMED, RegistrationState.WAITLISTED)


async def tell(session: AsyncSession, roadshow_id: str, letter: Letter, now: datetime) -> int:
    """Queue the letter to everybody registered or waiting, in each one's language. Returns how many."""
    roadshow = await session.get_one(Roadshow, roadshow_id)
    query = (
        select(User.email, User.name, User.locale, Registration.id)
        .join(Registration, Registration.user_id == User.id)
        .where(Registration.roadshow_id == roadshow_id, Registration.state.in_(EXPECTED), User.email.is_not(None))
    )
    about = {
        "roadshow_id": roadshow.id,
        "title": roadshow.title,
        "starts_at": wire(roadshow.starts_at),
        "ends_at": wire(roadshow.ends_at),
        "timezone": roadshow.timezone,
        "reason": roadshow.cancel_reason,
    }
    people = (await session.execute(query)).all()
    for email, name, locale, registration_id in people:
        assert email is not None
        data = {"name": name, "locale": locale, "registration_id": registration_id, **about}
        outbox.mail(session, email, letter, data, now)
    return len(people)
