"""Which projects the public has been shown: those booked into a roadshow that was published."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from events.paging import is_any
from events.programme.models import Booking, BookingState, Roadshow, RoadshowState

PUBLIC = (RoadshowState.PUBLISHED, RoadshowState.LIVE, RoadshowState.ENDED)


def shown_projects() -> Select[str]:
    """Ids of projects with a confirmed booking in a published, live or ended roadshow."""
    return (
        select(Booking.project_id)
        .join(Roadshow, Roadshow.id == Booking.roadshow_id)
        .where(Booking.state == BookingState.CONFIRMED, Roadshow.state.in_(PUBLIC))
    )


def is_shown_to_all(project_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether the project of a row is one of them; asked row by row, by the bookings of that project."""
    return is_any(shown_projects().where(Booking.project_id == project_id))


async def is_shown(session: AsyncSession, project_id: str) -> bool:
    return await session.scalar(shown_projects().where(Booking.project_id == project_id).limit(1)) is not None
