"""Letters to those who booked: what became of their booking or of the whole roadshow."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from events import outbox
from events.programme.booked import BookedRow
from events.programme.rules import wire


class Letter(StrEnum):
    """Names of the letters' texts."""

    CONFIRMED = "booking.confirmed"
    MOVED = "booking.moved"
    CANCELLED = "booking.cancelled"
    ROADSHOW_MOVED = "roadshow.moved"
    ROADSHOW_CANCELLED = "roadshow.cancelled"


def write(session: AsyncSession, row: BookedRow, letter: Letter, now: datetime) -> None:
    """Queue the letter to whoever made the booking, in that person's language."""
    if row.User.email is None:
        return
    data = {
        "name": row.User.name,
        "locale": row.User.locale,
        "booking_id": row.Booking.id,
        "roadshow_id": row.Roadshow.id,
        "title": row.Roadshow.title,
        "project_name": row.Project.name,
        "starts_at": wire(row.Booking.starts_at),
        "ends_at": wire(row.Booking.ends_at),
        "timezone": row.Roadshow.timezone,
        "reason": row.Roadshow.cancel_reason,
    }
    outbox.mail(session, row.User.email, letter, data, now)
