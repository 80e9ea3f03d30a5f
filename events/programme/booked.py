"""Bookings with everything their views show, read in one query, and cut to each audience."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import masks
from events.accounts.models import User
from events.actor import Actor, Permission
from events.directory.models import Company, Project
from events.paging import Window, page
from events.programme.models import Booking, BookingState, Roadshow
from events.programme.queries import load_roadshow
from events.programme.schemas import BookingChange, BookingList, BookingView, StaffBookingList, StaffBookingView

BookedRow = Row[*tuple[Any, ...]]


def booked() -> Select[Booking, Roadshow, Project, Company, User]:
    """Bookings with roadshow, project, company and who booked; narrow it with `where`."""
    return (
        select(Booking, Roadshow, Project, Company, User)
        .join(Roadshow, Roadshow.id == Booking.roadshow_id)
        .join(Project, Project.id == Booking.project_id)
        .join(Company, Company.id == Booking.company_id)
        .join(User, User.id == Booking.booked_by)
    )


async def booked_row(session: AsyncSession, booking_id: str) -> BookedRow:
    """One booking, which must exist, as it stands in this transaction."""
    await session.flush()
    row: BookedRow = (await session.execute(booked().where(Booking.id == booking_id))).one()
    return row


def to_own(row: BookedRow) -> BookingView:
    return BookingView(**_fields(row))


def to_staff(row: BookedRow, *, contacts: bool) -> StaffBookingView:
    email = row.User.email
    return StaffBookingView(
        **_fields(row),
        company_name=row.Company.name,
        booked_by_name=row.User.name,
        booked_by_email=email if contacts or email is None else masks.mail(email),
    )


def to_change(row: BookedRow) -> BookingChange:
    fields = _fields(row) | {"company_name": row.Company.name, "credit_code": row.Company.credit_code}
    return BookingChange(**{name: fields[name] for name in BookingChange.model_fields})


def _fields(row: BookedRow) -> dict[str, Any]:
    booking: Booking = row.Booking
    return {
        "id": booking.id,
        "state": booking.state,
        "held_until": booking.held_until if booking.state == BookingState.HELD else None,
        "slot_id": booking.slot_id,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "roadshow_id": booking.roadshow_id,
        "roadshow_title": row.Roadshow.title,
        "roadshow_state": row.Roadshow.state,
        "timezone": row.Roadshow.timezone,
        "project_id": booking.project_id,
        "project_name": row.Project.name,
        "company_id": booking.company_id,
        "created_at": booking.created_at,
        "updated_at": booking.updated_at,
    }


async def bookings_of_company(
    session: AsyncSession, actor: Actor, company_id: str, window: Window, *, since: datetime | None = None
) -> BookingList:
    """The company's bookings, the latest pitch first, for its members. Refuses: not_found, sign_in_required."""
    actor.require_company(company_id)
    query = booked().where(Booking.company_id == company_id)
    if since is not None:
        query = query.where(Booking.ends_at > since)
    found = await page(session, query, [Booking.starts_at, Booking.id], window, descending=True)
    return BookingList(items=[to_own(row) for row in found.rows], next=found.next)


async def bookings_of_roadshow(
    session: AsyncSession, actor: Actor, roadshow_id: str, window: Window, *, state: BookingState | None = None
) -> StaffBookingList:
    """A roadshow's bookings in order of the agenda, for its organizer's staff. Refuses: not_found."""
    organizer_id = (await load_roadshow(session, roadshow_id)).organizer_id
    actor.require(organizer_id, Permission.ORGANIZER_READ)
    query = booked().where(Booking.roadshow_id == roadshow_id)
    if state is not None:
        query = query.where(Booking.state == state)
    found = await page(session, query, [Booking.starts_at, Booking.id], window)
    may = actor.may(organizer_id, Permission.CONTACTS_READ)
    return StaffBookingList(items=[to_staff(row, contacts=may) for row in found.rows], next=found.next)
