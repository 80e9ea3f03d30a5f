"""Venues: halls and online channels, with opening hours and buffers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor, Permission
from events.base import new_id
from events.errors import Conflict, Invalid, PreconditionFailed
from events.programme.announcements import announce_roadshows
from events.programme.hours import ALWAYS, is_open
from events.programme.models import Roadshow, RoadshowState, Venue, VenueKind
from events.programme.queries import load_venue, venue_view
from events.programme.revisions import hold_still, is_over, remember_place, revise
from events.programme.rules import wire
from events.programme.schemas import Removed, VenueIn, VenuePatch, VenueView


class RoadshowsOutside(Conflict):
    """409: `details.roadshows` names the published roadshows that the new hours would shut out."""

    code = "roadshows_outside_hours"
    zh, en = "新的开放时间会使已发布的路演落在时间之外。", "The new hours would shut out published roadshows."
    fix_zh, fix_en = "请先移动这些路演，或保留原开放时间。", "Move those roadshows first, or keep the hours."


class RoadshowsTooLarge(Conflict):
    """409: `details.roadshows` names the published roadshows that need more room."""

    code = "roadshows_over_capacity"
    zh, en = "已发布的路演名额超过了新的容量。", "Published roadshows promise more seats than that."
    fix_zh, fix_en = "请先调整这些路演的名额。", "Lower their capacity first."


class NoStream(Invalid):
    code = "stream_url_required"
    zh, en = "线上频道需要直播地址。", "An online channel has a stream_url."
    fix_zh, fix_en = "请填写以 http 或 https 开头的地址。", "Give an address that begins with http or https."


async def create_venue(
    session: AsyncSession, actor: Actor, organizer_id: str, data: VenueIn, *, now: datetime
) -> VenueView:
    """Refuses: not_found, forbidden."""
    actor.require(organizer_id, Permission.PROGRAMME_EDIT)
    fields = data.model_dump() | {"hours": data.hours or ALWAYS}
    venue = Venue(id=new_id(), organizer_id=organizer_id, created_at=now, **fields)
    session.add(venue)
    await session.flush()
    audit.record(session, actor, "venue.created", ("venue", venue.id), now=now, organizer_id=organizer_id, **fields)
    return venue_view(venue)


async def edit_venue(
    session: AsyncSession, actor: Actor, venue_id: str, data: VenuePatch, *, version: int, now: datetime
) -> VenueView:
    """Change what is named; new buffers hold for roadshows made or moved from now on.

    Refuses: not_found, forbidden, version_stale, stream_url_required, roadshows_outside_hours,
    roadshows_over_capacity.
    """
    venue = await _own_venue(session, actor, venue_id, version)
    changed = data.model_dump(exclude_none=True)
    archived = changed.pop("archived", None)
    revised: Sequence[str] = ()
    if any(changed.get(name, getattr(venue, name)) != getattr(venue, name) for name in ("name", "address")):
        await hold_still(session, _at(venue.id))
        revised = await revise(session, and_(_at(venue.id), not_(is_over(now))), now)
        await remember_place(session, venue, now)
    for name, value in changed.items():
        setattr(venue, name, value)
    if archived is not None:
        venue.archived_at = (venue.archived_at or now) if archived else None
    if venue.kind == VenueKind.ONLINE and not venue.stream_url:
        raise NoStream
    await session.flush()
    await _check_roadshows(session, venue, now)
    await announce_roadshows(session, revised, now)
    audit.record(
        session, actor, "venue.changed", ("venue", venue.id), now=now, organizer_id=venue.organizer_id,
        **data.model_dump(exclude_none=True),
    )  # fmt: skip
    return venue_view(venue)


async def remove_venue(session: AsyncSession, actor: Actor, venue_id: str, *, version: int, now: datetime) -> Removed:
    """Delete a venue nothing uses; archive it otherwise. Refuses: not_found, forbidden, version_stale."""
    venue = await _own_venue(session, actor, venue_id, version)
    is_used = await session.scalar(select(exists().where(_at(venue.id))))
    if is_used:
        venue.archived_at = venue.archived_at or now
    else:
        await session.delete(venue)
    outcome = Removed(id=venue.id, outcome="archived" if is_used else "deleted")
    audit.record(
        session, actor, f"venue.{outcome.outcome}", ("venue", venue.id), now=now, organizer_id=venue.organizer_id
    )
    return outcome


async def _own_venue(session: AsyncSession, actor: Actor, venue_id: str, version: int) -> Venue:
    venue = await load_venue(session, venue_id)
    actor.require(venue.organizer_id, Permission.PROGRAMME_EDIT)
    if venue.version != version:
        raise PreconditionFailed
    return venue


async def _check_roadshows(session: AsyncSession, venue: Venue, now: datetime) -> None:
    """What is promised to the public must still be possible; the venue's row is already locked."""
    promised = (RoadshowState.PUBLISHED, RoadshowState.LIVE)
    query = select(Roadshow).where(_at(venue.id), Roadshow.state.in_(promised), Roadshow.ends_at > now)
    upcoming = (await session.scalars(query.order_by(Roadshow.starts_at))).all()
    outside = [one for one in upcoming if not is_open(venue.hours, venue.timezone, one.starts_at, one.ends_at)]
    if outside:
        raise RoadshowsOutside(roadshows=[_named(one) for one in outside])
    large = [one for one in upcoming if not (one.hall_id and one.channel_id) and one.capacity > venue.capacity]
    if large:
        raise RoadshowsTooLarge(roadshows=[_named(one) for one in large])


def _at(venue_id: str) -> ColumnElement[bool]:
    return or_(Roadshow.hall_id == venue_id, Roadshow.channel_id == venue_id)


def _named(roadshow: Roadshow) -> dict[str, str]:
    return {"id": roadshow.id, "title": roadshow.title, "starts_at": wire(roadshow.starts_at)}
