"""What calendars must notice: whatever changes the text of a roadshow there raises its sequence and its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, case, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events.base import UtcDateTime
from events.programme.models import Booking, BookingState, Roadshow, RoadshowState, Venue

STEP = timedelta(seconds=1)


def later(before: datetime, now: datetime) -> datetime:
    """Now, or a second after the change before where both fall into one: calendars count seconds."""
    return max(now, before + STEP)


class Counted(Protocol):
    """What stands in a person's calendar by itself: a booking, a registration."""

    sequence: int
    updated_at: datetime


def change(own: Counted, now: datetime) -> None:
    """Calendars notice that it changed, however soon after the change before."""
    own.sequence += 1
    own.updated_at = later(own.updated_at, now)


def change_place(booking: Booking, before: Roadshow, after: Roadshow, now: datetime) -> None:
    """It stands in another roadshow: what both count together rises all the same."""
    booking.sequence += max(0, before.sequence - after.sequence)
    booking.updated_at = max(booking.updated_at, before.updated_at)
    change(booking, now)


async def revise(session: AsyncSession, which: ColumnElement[bool], now: datetime) -> Sequence[str]:
    """Their venue or series reads otherwise now. Call it before either changes: roadshows lock first. Whose ids."""
    moved = case((Roadshow.updated_at < now, literal(now, UtcDateTime())), else_=Roadshow.updated_at)
    with session.no_autoflush:
        ids = await hold_still(session, which)
        if ids:
            await session.execute(
                update(Roadshow)
                .where(which)
                .values(sequence=Roadshow.sequence + 1, updated_at=moved)
                .execution_options(synchronize_session=False)
            )
    return ids


async def hold_still(session: AsyncSession, which: ColumnElement[bool]) -> Sequence[str]:
    """Lock the roadshows, in the order in which everybody does. Returns their ids."""
    return (await session.scalars(select(Roadshow.id).where(which).order_by(Roadshow.id).with_for_update())).all()


async def remember_place(session: AsyncSession, venue: Venue, now: datetime) -> None:
    """Roadshows that are over keep name and address of the venue as they are now. Call it before they change."""
    then = {"name": venue.name, "address": venue.address}
    for id_, kept in ((Roadshow.hall_id, Roadshow.hall_then), (Roadshow.channel_id, Roadshow.channel_then)):
        await session.execute(
            update(Roadshow)
            .where(id_ == venue.id, kept.is_(None), is_over(now))
            .values({kept: then})
            .execution_options(synchronize_session=False)
        )


def is_over(now: datetime) -> ColumnElement[bool]:
    return or_(Roadshow.ends_at <= now, Roadshow.state == RoadshowState.ENDED)


async def revise_pitches(session: AsyncSession, project_id: str, now: datetime) -> None:
    """The project reads otherwise now, so do its pitches."""
    query = select(Booking).where(
        Booking.project_id == project_id, Booking.state.in_((BookingState.HELD, BookingState.CONFIRMED))
    )
    for booking in await session.scalars(query.order_by(Booking.id).with_for_update()):
        change(booking, now)
