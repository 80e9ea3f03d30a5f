"""Roadshows: planned, changed, published."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor, Permission
from events.base import new_id
from events.errors import Conflict, Invalid, PreconditionFailed
from events.programme import bookings, places, slots
from events.programme.announcements import announce_agenda, announce_roadshow
from events.programme.cards import to_staff
from events.programme.models import Roadshow, RoadshowState, Series
from events.programme.places import find_places
from events.programme.queries import load_roadshow
from events.programme.revisions import later
from events.programme.rules import InThePast, NotDraft, Span, check_editable, check_movable, check_time
from events.programme.schemas import RoadshowIn, RoadshowPatch, StaffRoadshowView

PLACE_AND_TIME = {"starts_at", "ends_at", "hall_id", "channel_id"}
CODE_TRIES = 20


class UnknownSeries(Invalid):
    code = "series_unknown"
    zh, en = "没有这个可用的系列。", "There is no such series to use."
    fix_zh, fix_en = "请从系列列表中选择。", "Choose one from the list of series."


class CapacityBelowSeats(Conflict):
    code = "capacity_below_seats"
    zh, en = "已有 {seats_taken} 人占用名额，名额不能更少。", "{seats_taken} seats are taken; it cannot be fewer."
    fix_zh, fix_en = "请先取消部分报名。", "Cancel some registrations first."


async def create_roadshow(
    session: AsyncSession, actor: Actor, organizer_id: str, data: RoadshowIn, *, now: datetime
) -> StaffRoadshowView:
    """Plan a draft; it holds its hall and channel from now on.

    Refuses: not_found, forbidden, time_invalid, in_the_past, series_unknown, venue_unknown, outside_hours,
    over_venue_capacity, venue_taken.
    """
    actor.require(organizer_id, Permission.PROGRAMME_EDIT)
    span = Span(data.starts_at, data.ends_at)
    check_time(span, now)
    await _check_series(session, organizer_id, data.series_id)
    where = await find_places(session, organizer_id, data.hall_id, data.channel_id)
    places.check_in_use(where)
    places.check_hours(where, span)
    capacity = data.capacity or where.capacity
    places.check_capacity(where, capacity)
    fields = data.model_dump() | {"capacity": capacity, "timezone": where.timezone}
    roadshow = Roadshow(
        id=new_id(), organizer_id=organizer_id, state=RoadshowState.DRAFT, created_at=now, updated_at=now,
        seats_taken=0, sequence=0, **fields,
    )  # fmt: skip
    await places.take(session, roadshow.id, where, span, now)
    await _insert_with_code(session, roadshow)
    return await _recorded(session, actor, roadshow, "roadshow.created", now, **data.model_dump(mode="json"))


async def edit_roadshow(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: RoadshowPatch, *, version: int, now: datetime
) -> StaffRoadshowView:
    """Change what is named. A new time or place is claimed anew, takes the slots along; every change raises `sequence`.

    Refuses what `create_roadshow` does, and version_stale, roadshow_over, roadshow_live, slots_do_not_fit,
    company_busy, capacity_below_seats.
    """
    roadshow = await own_roadshow(session, actor, roadshow_id, version)
    check_editable(roadshow.state)
    wanted = {name: getattr(data, name) for name in data.model_fields_set}
    wanted = {name: value for name, value in wanted.items() if value is not None or name in {"hall_id", "channel_id"}}
    changed = {name: value for name, value in wanted.items() if value != getattr(roadshow, name)}
    if "series_id" in changed:
        await _check_series(session, roadshow.organizer_id, changed["series_id"])
        await _leave_series(session, roadshow, now)
    before = Span(roadshow.starts_at, roadshow.ends_at)
    _set(roadshow, changed, now)
    if "capacity" in changed:
        await _check_capacity(session, roadshow)
    if PLACE_AND_TIME & changed.keys():
        await _move(session, roadshow, before, now)
    view = await _recorded(session, actor, roadshow, "roadshow.changed", now, **_plain(changed))
    if PLACE_AND_TIME & changed.keys() and roadshow.state == RoadshowState.PUBLISHED:
        await bookings.tell_moved(session, roadshow.id, now)
    return view


async def publish_roadshow(
    session: AsyncSession, actor: Actor, roadshow_id: str, *, now: datetime
) -> StaffRoadshowView:
    """Show a draft to everybody and open its slots. Refuses: not_found, forbidden, roadshow_not_draft, in_the_past."""
    roadshow = await own_roadshow(session, actor, roadshow_id)
    if roadshow.state != RoadshowState.DRAFT:
        raise NotDraft(state=roadshow.state)
    if roadshow.ends_at <= now:
        raise InThePast
    roadshow.state, roadshow.updated_at = RoadshowState.PUBLISHED, max(roadshow.updated_at, now)
    await announce_agenda(session, [roadshow.id], now)
    return await _recorded(session, actor, roadshow, "roadshow.published", now)


async def own_roadshow(session: AsyncSession, actor: Actor, roadshow_id: str, version: int | None = None) -> Roadshow:
    """The roadshow, locked, for who may change it. Refuses: not_found, forbidden, version_stale."""
    actor.require((await load_roadshow(session, roadshow_id)).organizer_id, Permission.PROGRAMME_EDIT)
    roadshow = await load_roadshow(session, roadshow_id, lock=True)
    if version is not None and roadshow.version != version:
        raise PreconditionFailed
    return roadshow


def _set(roadshow: Roadshow, changed: dict[str, Any], now: datetime) -> None:
    for name, value in changed.items():
        setattr(roadshow, name, value)
    if changed:
        roadshow.updated_at = later(roadshow.updated_at, now)
        roadshow.sequence += 1


async def _move(session: AsyncSession, roadshow: Roadshow, before: Span, now: datetime) -> None:
    """The row already says where to; take it there."""
    check_movable(roadshow.state)
    span = Span(roadshow.starts_at, roadshow.ends_at)
    if span != before:
        check_time(span, now)
    where = await find_places(session, roadshow.organizer_id, roadshow.hall_id, roadshow.channel_id)
    places.check_in_use(where)
    places.check_hours(where, span)
    places.check_capacity(where, roadshow.capacity)
    roadshow.timezone = where.timezone
    roadshow.hall_then = roadshow.channel_then = None
    await slots.shift(session, roadshow.id, before, span, now)
    await places.give_back(session, roadshow.id)
    await places.take(session, roadshow.id, where, span, now)


async def _check_capacity(session: AsyncSession, roadshow: Roadshow) -> None:
    """The row is locked, so the seats taken are the seats taken; its CHECK stands behind this."""
    if roadshow.capacity < roadshow.seats_taken:
        raise CapacityBelowSeats(seats_taken=roadshow.seats_taken)
    where = await find_places(session, roadshow.organizer_id, roadshow.hall_id, roadshow.channel_id)
    places.check_capacity(where, roadshow.capacity)


async def _check_series(session: AsyncSession, organizer_id: str, series_id: str) -> None:
    query = select(Series.id).where(
        Series.id == series_id, Series.organizer_id == organizer_id, Series.archived_at.is_(None)
    )
    if await session.scalar(query) is None:
        raise UnknownSeries(series_id=series_id)


async def _leave_series(session: AsyncSession, roadshow: Roadshow, now: datetime) -> None:
    """The series keeps when its calendar lost a roadshow; who edits the series is not disturbed."""
    left = max(now, roadshow.updated_at)
    await session.execute(
        update(Series)
        .where(Series.id == roadshow.series_id, or_(Series.left_at.is_(None), Series.left_at < left))
        .values(left_at=left)
        .execution_options(synchronize_session=False)
    )


async def _insert_with_code(session: AsyncSession, roadshow: Roadshow) -> None:
    """Give it a six-digit code nobody has; the unique key decides."""
    for _ in range(CODE_TRIES):
        roadshow.join_code = f"{secrets.randbelow(1_000_000):06d}"
        try:
            async with session.begin_nested():
                session.add(roadshow)
            return
        except IntegrityError:
            continue
    raise Conflict


async def _recorded(
    session: AsyncSession, actor: Actor, roadshow: Roadshow, action: str, now: datetime, **detail: Any
) -> StaffRoadshowView:
    audit.record(
        session, actor, action, ("roadshow", roadshow.id), now=now, organizer_id=roadshow.organizer_id, **detail
    )
    return to_staff(await announce_roadshow(session, roadshow.id, now))


def _plain(changed: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in changed.items()}
