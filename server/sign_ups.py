"""Sign-ups whose address was never proved are forgotten: what is left of them is what a guest is, a name."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.accounts.models import AddressProof, Login, Membership, User
from events.actor import SYSTEM
from events.registrations.models import Registration
from server.database import Database

KEPT: Final = timedelta(days=30)
AT_ONCE: Final = 500


async def forget_sign_ups(database: Database, now: datetime) -> int:
    """Take address and password from accounts that asked for an address 30 days ago and never proved it. How many.

    Who is still signed in, belongs to somebody or has registered for something keeps both. Rows stay, because
    questions and answers name their authors.
    """
    forgotten = 0
    while some := await database.transact(lambda session: _forget(session, now)):
        forgotten += some
    return forgotten


async def _forget(session: AsyncSession, now: datetime) -> int:
    unproved = (User.asked_email > "", User.email.is_(None))
    query = select(User.id).where(
        *unproved,
        User.created_at < now - KEPT,
        ~exists().where(Login.user_id == User.id, Login.expires_at > now),
        ~exists().where(Membership.user_id == User.id),
        ~exists().where(Registration.user_id == User.id),
    )
    ids = list(await session.scalars(query.limit(AT_ONCE)))
    emptied = update(User).where(User.id.in_(ids), *unproved).values(asked_email=None, password_hash=None)
    gone = list(await session.scalars(emptied.returning(User.id)))
    for table in (AddressProof, Login):
        await session.execute(delete(table).where(table.user_id.in_(gone)))
    for user_id in gone:
        audit.record(session, SYSTEM, "user.sign_up_forgotten", ("user", user_id), now=now)
    return len(gone)
