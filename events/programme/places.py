"""The hall and the channel of a roadshow: found, checked against their hours, and claimed with their buffers.

Claims are taken when a roadshow is made, drafts included, so that two planners cannot plan the same hall.
Opening hours bind the roadshow itself; setting up and tearing down may lie outside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import claims
from events.claims import Claim, Need, Taken
from events.errors import Invalid
from events.programme.hours import SEARCH, is_open, nearest_starts
from events.programme.models import Roadshow, Venue, VenueKind
from events.programme.rules import Span


class UnknownVenue(Invalid):
    """422: missing, another organizer's, archived, or of the other kind; all answer alike."""

    code = "venue_unknown"
    zh, en = "没有这个可用的场地。", "There is no such venue to use."
    fix_zh, fix_en = "请从场地列表中选择。", "Choose one from the list of venues."


class OutsideHours(Invalid):
    """422: `details` names the venue and its weekly hours."""

    code = "outside_hours"
    zh, en = (
        "{venue_name} 在所选时间不开放（开放时间：{hours_text}）。",
        "{venue_name} is closed at that time (open {hours_text}).",
    )
    fix_zh, fix_en = "请选择开放时间之内的时间。", "Choose a time within its opening hours."


class OverCapacity(Invalid):
    code = "over_venue_capacity"
    zh, en = "名额超过了场地容量 {most}。", "That is more than the place holds: {most}."
    fix_zh, fix_en = "请减少名额，或换更大的场地。", "Lower the capacity or choose a larger place."


class VenueTaken(Taken):
    """409: `details.blocked_by` names roadshow and venue; `details.alternatives` the nearest 3 free times there."""

    code = "venue_taken"
    zh, en = "场地在该时间已被占用（含布置与撤场时间）。", "The place is taken at that time, buffers included."
    fix_zh, fix_en = "请从给出的空闲时间中选择，或换场地。", "Choose one of the free times given, or another place."


@dataclass(frozen=True, slots=True)
class Places:
    """Where a roadshow happens; at least one of the two is there."""

    hall: Venue | None
    channel: Venue | None

    @property
    def venues(self) -> list[Venue]:
        return [venue for venue in (self.hall, self.channel) if venue is not None]

    @property
    def timezone(self) -> str:
        return self.venues[0].timezone

    @property
    def capacity(self) -> int:
        return sum(venue.capacity for venue in self.venues)

    def are_open(self, span: Span) -> bool:
        return all(is_open(venue.hours, venue.timezone, span.starts_at, span.ends_at) for venue in self.venues)

    def needs(self, span: Span) -> list[Need]:
        """The venues' time including set-up and tear-down."""
        return [
            Need(
                f"venue:{venue.id}",
                span.starts_at - timedelta(minutes=venue.setup_minutes),
                span.ends_at + timedelta(minutes=venue.teardown_minutes),
            )
            for venue in self.venues
        ]


async def find_places(session: AsyncSession, organizer_id: str, hall_id: str | None, channel_id: str | None) -> Places:
    """The organizer's venues by id, held still until commit. Refuses: venue_unknown."""
    ids = [venue_id for venue_id in (hall_id, channel_id) if venue_id is not None]
    query = select(Venue).where(Venue.id.in_(ids), Venue.organizer_id == organizer_id).with_for_update(read=True)
    with session.no_autoflush:
        rows = await session.scalars(query.order_by(Venue.id).execution_options(populate_existing=True))
    found = {(venue.id, venue.kind): venue for venue in rows}
    hall = found.get((hall_id or "", VenueKind.HALL))
    channel = found.get((channel_id or "", VenueKind.ONLINE))
    if not ids or len(ids) != len([venue for venue in (hall, channel) if venue is not None]):
        raise UnknownVenue
    return Places(hall, channel)


def check_in_use(places: Places) -> None:
    """Archived venues take no new plans. Refuses: venue_unknown."""
    if any(venue.archived_at is not None for venue in places.venues):
        raise UnknownVenue


def check_hours(places: Places, span: Span) -> None:
    """Refuses: outside_hours, naming the hours."""
    for venue in places.venues:
        if is_open(venue.hours, venue.timezone, span.starts_at, span.ends_at):
            continue
        local = span.starts_at.astimezone(ZoneInfo(venue.timezone))
        today = venue.hours.get(str(local.weekday()), [])
        raise OutsideHours(
            venue_id=venue.id,
            venue_name=venue.name,
            hours=venue.hours,
            hours_text=", ".join("–".join(window) for window in today) or "—",
            timezone=venue.timezone,
            local_date=local.date().isoformat(),
        )


def check_capacity(places: Places, capacity: int) -> None:
    """Refuses: over_venue_capacity. A hybrid roadshow holds the seats of both."""
    if capacity > places.capacity:
        raise OverCapacity(most=places.capacity)


async def take(session: AsyncSession, roadshow_id: str, places: Places, span: Span, now: datetime) -> None:
    """Claim hall and channel for the roadshow, or neither; the insert decides. Refuses: venue_taken."""
    try:
        await claims.claim(session, owner_of(roadshow_id), places.needs(span))
    except Taken as refusal:
        raise VenueTaken(
            blocked_by=await _named(session, refusal.details["blocked_by"], places),
            alternatives=await _alternatives(session, places, span, now),
        ) from None


async def give_back(session: AsyncSession, roadshow_id: str) -> None:
    await claims.release(session, owner_of(roadshow_id))


def owner_of(roadshow_id: str) -> str:
    return f"roadshow:{roadshow_id}"


async def _named(session: AsyncSession, blocking: list[dict[str, str]], places: Places) -> list[dict[str, Any]]:
    names = {f"venue:{venue.id}": venue.name for venue in places.venues}
    ids = [one["owner"].removeprefix("roadshow:") for one in blocking]
    found = {one.id: one for one in await session.scalars(select(Roadshow).where(Roadshow.id.in_(ids)))}
    return [
        {
            "kind": "roadshow",
            "id": roadshow.id,
            "title": roadshow.title,
            "venue_name": names[one["resource"]],
            **Span(roadshow.starts_at, roadshow.ends_at).as_details(),
        }
        for one, id_ in zip(blocking, ids, strict=True)
        if (roadshow := found.get(id_)) is not None
    ]


async def _alternatives(session: AsyncSession, places: Places, wanted: Span, now: datetime) -> list[dict[str, str]]:
    """The nearest 3 times, as long as the wanted one, at which every place is open and free."""
    around = Span(wanted.starts_at - SEARCH - timedelta(days=1), wanted.ends_at + SEARCH + timedelta(days=1))
    busy = await _busy(session, places, around)

    def at(start: datetime) -> Span:
        return wanted.shifted(start - wanted.starts_at)

    def is_free(start: datetime) -> bool:
        span = at(start)
        return places.are_open(span) and not any(
            (need.resource, cell) in busy for need in places.needs(span) for cell in need.cells
        )

    return [at(start).as_details() for start in nearest_starts(wanted.starts_at, now, is_free)]


async def _busy(session: AsyncSession, places: Places, around: Span) -> set[tuple[str, int]]:
    needs = places.needs(around)
    cells = needs[0].cells
    query = select(Claim.resource, Claim.cell).where(
        Claim.resource.in_([need.resource for need in needs]), Claim.cell >= cells.start, Claim.cell < cells.stop
    )
    return {(row.resource, row.cell) for row in await session.execute(query)}
