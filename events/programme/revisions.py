"""What calendars must notice: whatever changes the text of a roadshow there raises its sequence and its time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events.base import UtcDateTime
from events.programme.models import Booking, BookingState, Roadshow

STEP = timedelta(seconds=1)


def later(before: datetime, now: datetime) -> datetime:
    """Now, or a second after the change before where both fall into one: calendars count seconds."""
    return max(now, before + STEP)


async def revise(session: AsyncSession, which: ColumnElement[bool], now: datetime) -> None:
    """Their venue or series reads otherwise now. Call it before either changes: roadshows lock first."""
    moved = case((Roadshow.updated_at < now, literal(now, UtcDateTime())), else_=Roadshow.updated_at)
    with session.no_autoflush:
        ids = (await session.scalars(select(Roadshow.id).where(which).order_by(Roadshow.id).with_for_update())).all()
        if ids:
            await session.execute(
                update(Roadshow)
                .where(which)
                .values(sequence=Roadshow.sequence + 1, updated_at=moved)
                .execution_options(synchronize_session=False)
            )


async def revise_pitches(session: AsyncSession, project_id: str, now: datetime) -> None:
    """The project reads otherwise now, so do its pitches."""
    query = select(Booking).where(
        Booking.project_id == project_id, Booking.state.in_((BookingState.HELD, BookingState.CONFIRMED))
    )
    for booking in await session.scalars(query.order_by(Booking.id).with_for_update()):
        booking.updated_at = later(booking.updated_at, now)
