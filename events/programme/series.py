"""Series: an organizer's recurring brands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor, Permission
from events.base import new_id
from events.errors import Conflict, PreconditionFailed
from events.programme.announcements import announce_roadshows
from events.programme.models import Roadshow, Series
from events.programme.queries import load_series, series_view
from events.programme.revisions import revise
from events.programme.schemas import Removed, SeriesIn, SeriesPatch, SeriesView


class SlugTaken(Conflict):
    code = "slug_taken"
    zh, en = "该系列标识已被使用。", "Another series has this slug."
    fix_zh, fix_en = "请换一个标识，或留空由系统生成。", "Choose another, or leave it out and get one."


async def create_series(
    session: AsyncSession, actor: Actor, organizer_id: str, data: SeriesIn, *, now: datetime
) -> SeriesView:
    """Refuses: not_found, forbidden, slug_taken."""
    actor.require(organizer_id, Permission.PROGRAMME_EDIT)
    series_id = new_id()
    fields = data.model_dump() | {"slug": data.slug or f"s-{series_id[-10:].lower()}"}
    series = Series(id=series_id, organizer_id=organizer_id, created_at=now, **fields)
    try:
        async with session.begin_nested():
            session.add(series)
    except IntegrityError:
        raise SlugTaken(slug=data.slug) from None
    audit.record(session, actor, "series.created", ("series", series.id), now=now, organizer_id=organizer_id, **fields)
    return series_view(series)


async def edit_series(
    session: AsyncSession, actor: Actor, series_id: str, data: SeriesPatch, *, version: int, now: datetime
) -> SeriesView:
    """Change what is named; `archived` false brings it back. Refuses: not_found, forbidden, version_stale."""
    series = await _own_series(session, actor, series_id, version)
    changed = data.model_dump(exclude_none=True)
    archived = changed.pop("archived", None)
    revised: Sequence[str] = ()
    if changed.get("name", series.name) != series.name:
        revised = await revise(session, Roadshow.series_id == series.id, now)
    for name, value in changed.items():
        setattr(series, name, value)
    if archived is not None:
        series.archived_at = (series.archived_at or now) if archived else None
    await session.flush()
    await announce_roadshows(session, revised, now)
    audit.record(
        session, actor, "series.changed", ("series", series.id), now=now, organizer_id=series.organizer_id,
        **data.model_dump(exclude_none=True),
    )  # fmt: skip
    return series_view(series)


async def remove_series(session: AsyncSession, actor: Actor, series_id: str, *, version: int, now: datetime) -> Removed:
    """Delete a series nothing uses; archive it otherwise. Refuses: not_found, forbidden, version_stale."""
    series = await _own_series(session, actor, series_id, version)
    is_used = await session.scalar(select(exists().where(Roadshow.series_id == series.id)))
    if is_used:
        series.archived_at = series.archived_at or now
    else:
        await session.delete(series)
    outcome = Removed(id=series.id, outcome="archived" if is_used else "deleted")
    audit.record(
        session, actor, f"series.{outcome.outcome}", ("series", series.id), now=now, organizer_id=series.organizer_id
    )
    return outcome


async def _own_series(session: AsyncSession, actor: Actor, series_id: str, version: int) -> Series:
    series = await load_series(session, series_id)
    actor.require(series.organizer_id, Permission.PROGRAMME_EDIT)
    if series.version != version:
        raise PreconditionFailed
    return series
