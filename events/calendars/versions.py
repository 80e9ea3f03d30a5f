"""When a public calendar has to be written anew: what its bytes depend on, in one cheap statement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from events.calendars.queries import recent
from events.directory.models import Organizer
from events.programme.models import Roadshow, RoadshowState, Series, Venue

Version = tuple[Any, ...]


async def of_series(session: AsyncSession, series_id: str, now: datetime) -> Version:
    """Of the series' calendar."""
    organizer = select(Series.organizer_id).where(Series.id == series_id).scalar_subquery()
    return await _version(session, _counted(organizer).where(Roadshow.series_id == series_id, recent(now)), now)


async def of_organizer(session: AsyncSession, organizer_id: str, now: datetime) -> Version:
    """Of the organizer's calendar."""
    query = _counted(organizer_id).where(Roadshow.organizer_id == organizer_id, recent(now))
    return await _version(session, query, now)


def _counted(organizer: str | ColumnElement[str]) -> Any:
    """Every change of a roadshow raises its time; a hall, a series and the organizer are counted by their own."""
    counted: Any = select(
        func.count(),
        func.max(Roadshow.updated_at),
        func.sum(Roadshow.sequence),
        *(func.count(case((Roadshow.state == state, 1))) for state in (RoadshowState.DRAFT, RoadshowState.CANCELLED)),
        select(func.sum(Venue.version)).where(Venue.organizer_id == organizer).scalar_subquery(),
        select(func.max(Series.left_at)).where(Series.organizer_id == organizer).scalar_subquery(),
        select(func.sum(Series.version)).where(Series.organizer_id == organizer).scalar_subquery(),
        select(Organizer.name).where(Organizer.id == organizer).scalar_subquery(),
        select(Organizer.timezone).where(Organizer.id == organizer).scalar_subquery(),
    ).select_from(Roadshow)
    return counted


async def _version(session: AsyncSession, query: Any, now: datetime) -> Version:
    return (now.date(), *(await session.execute(query)).one())
