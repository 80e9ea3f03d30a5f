"""Reads of the programme."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import search
from events.actor import Actor, Permission
from events.directory.models import Company, Project
from events.errors import NotFound
from events.paging import Window, page
from events.programme.cards import ACTIVE, card_row, cards, to_public, to_staff
from events.programme.models import Booking, BookingState, Roadshow, RoadshowState, Series, Slot, Venue
from events.programme.rules import LONGEST, SlotState
from events.programme.schemas import (
    AgendaProject,
    RoadshowList,
    RoadshowView,
    SeriesList,
    SeriesView,
    SlotView,
    StaffRoadshowView,
    VenueList,
    VenueView,
)


async def load_series(session: AsyncSession, series_id: str) -> Series:
    """Refuses: not_found."""
    series = await session.get(Series, series_id)
    if series is None:
        raise NotFound
    return series


async def load_venue(session: AsyncSession, venue_id: str) -> Venue:
    """Refuses: not_found."""
    venue = await session.get(Venue, venue_id)
    if venue is None:
        raise NotFound
    return venue


async def load_roadshow(session: AsyncSession, roadshow_id: str, *, lock: bool = False) -> Roadshow:
    """The roadshow; with `lock` nobody else changes it or its slots until commit. Refuses: not_found."""
    query = select(Roadshow).where(Roadshow.id == roadshow_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    roadshow = await session.scalar(query)
    if roadshow is None:
        raise NotFound
    return roadshow


async def visible_roadshow(session: AsyncSession, actor: Actor, roadshow_id: str) -> Roadshow:
    """The roadshow if the actor may know of it: drafts only for its organizer's staff. Refuses: not_found."""
    roadshow = await load_roadshow(session, roadshow_id)
    is_staff = actor.may(roadshow.organizer_id, Permission.ORGANIZER_READ)
    if roadshow.state == RoadshowState.DRAFT and not is_staff:
        raise NotFound
    return roadshow


async def roadshow_view(session: AsyncSession, actor: Actor, roadshow_id: str) -> RoadshowView | StaffRoadshowView:
    """The roadshow as this actor may see it. Refuses: not_found."""
    roadshow = await visible_roadshow(session, actor, roadshow_id)
    row = await card_row(session, roadshow_id)
    return to_staff(row) if actor.may(roadshow.organizer_id, Permission.ORGANIZER_READ) else to_public(row)


async def agenda(session: AsyncSession, roadshow_id: str) -> list[SlotView]:
    """The slots in order, with the public side of what is booked; one query.

    A hold counts until it is confirmed, cancelled or swept; `held_until` tells when it lapses.
    """
    query = (
        select(Slot, Booking.state, Booking.held_until, Project, Company.name)
        .outerjoin(Booking, (Booking.slot_id == Slot.id) & Booking.state.in_(ACTIVE))
        .outerjoin(Project, Project.id == Booking.project_id)
        .outerjoin(Company, Company.id == Booking.company_id)
        .where(Slot.roadshow_id == roadshow_id)
        .order_by(Slot.starts_at)
    )
    rows = (await session.execute(query)).all()
    return [_slot_view(n, *row) for n, row in enumerate(rows, start=1)]


def _slot_view(
    position: int, slot: Slot, state: str | None, held_until: datetime | None, project: Project | None, company: str
) -> SlotView:
    names: dict[str | None, SlotState] = {BookingState.HELD: SlotState.HELD, BookingState.CONFIRMED: SlotState.BOOKED}
    is_booked = state == BookingState.CONFIRMED
    return SlotView(
        id=slot.id,
        position=position,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        state=names.get(state, SlotState.FREE),
        held_until=None if is_booked else held_until,
        project=_agenda_project(project, company) if is_booked and project is not None else None,
    )


def _agenda_project(project: Project, company_name: str) -> AgendaProject:
    return AgendaProject(
        id=project.id,
        name=project.name,
        one_liner=project.one_liner,
        stage=project.stage,
        industries=project.industries,
        region=project.region,
        company_name=company_name,
    )


def series_view(series: Series) -> SeriesView:
    return SeriesView.model_validate(series, from_attributes=True)


def venue_view(venue: Venue) -> VenueView:
    return VenueView.model_validate(venue, from_attributes=True)


async def list_series(session: AsyncSession, organizer_id: str, window: Window, *, archived: bool) -> SeriesList:
    """An organizer's series by name; archived ones only when asked for."""
    query = select(Series).where(Series.organizer_id == organizer_id)
    if not archived:
        query = query.where(Series.archived_at.is_(None))
    found = await page(session, query, [Series.name, Series.id], window)
    return SeriesList(items=[series_view(series) for series in found.firsts], next=found.next)


async def list_venues(
    session: AsyncSession, actor: Actor, organizer_id: str, window: Window, *, archived: bool
) -> VenueList:
    """An organizer's venues by name, for its staff. Refuses: not_found."""
    actor.require(organizer_id, Permission.ORGANIZER_READ)
    query = select(Venue).where(Venue.organizer_id == organizer_id)
    if not archived:
        query = query.where(Venue.archived_at.is_(None))
    found = await page(session, query, [Venue.name, Venue.id], window)
    return VenueList(items=[venue_view(venue) for venue in found.firsts], next=found.next)


async def staff_venue(session: AsyncSession, actor: Actor, venue_id: str) -> VenueView:
    """One venue for its organizer's staff. Refuses: not_found."""
    venue = await load_venue(session, venue_id)
    actor.require(venue.organizer_id, Permission.ORGANIZER_READ)
    return venue_view(venue)


async def list_roadshows(
    session: AsyncSession,
    actor: Actor,
    organizer_id: str,
    window: Window,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    state: RoadshowState | None = None,
    series_id: str | None = None,
    text: str = "",
) -> RoadshowList:
    """An organizer's roadshows by start, drafts included, for its staff; one query. Refuses: not_found."""
    actor.require(organizer_id, Permission.ORGANIZER_READ)
    query = cards().where(Roadshow.organizer_id == organizer_id)
    if since is not None:
        query = query.where(Roadshow.ends_at > since, Roadshow.starts_at > since - LONGEST)
    if until is not None:
        query = query.where(Roadshow.starts_at < until)
    if state is not None:
        query = query.where(Roadshow.state == state)
    if series_id is not None:
        query = query.where(Roadshow.series_id == series_id)
    if text:
        found = await search.find(session, text, [search.Kind.ROADSHOW])
        query = query.where(search.condition(found, {search.Kind.ROADSHOW: Roadshow.id}))
    rows = await page(session, query, [Roadshow.starts_at, Roadshow.id], window)
    return RoadshowList(items=[to_staff(row) for row in rows.rows], next=rows.next)
